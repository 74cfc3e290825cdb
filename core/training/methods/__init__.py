"""Every way to learn a subject. A new one: a module here, a line below."""

from collections.abc import Callable, Sequence

from core.artifacts import Adapter, Embedding
from core.families.family import Family
from core.training.method import Method
from core.training.methods.faceid import faceid
from core.training.methods.lora import lora
from core.training.methods.textual_inversion import textual_inversion

METHODS: dict[str, Method] = {
    "lora": lora,
    "textual_inversion": textual_inversion,
}

# Those without steps, which need nothing but the faces.
AT_ONCE: dict[str, Callable[[Family, Sequence[Embedding]], Adapter]] = {
    "faceid": faceid,
}
