"""Every way to learn a subject. A new one: a module here, a line below."""

from core.training.method import Method
from core.training.methods.lora import lora
from core.training.methods.textual_inversion import textual_inversion

METHODS: dict[str, Method] = {
    "lora": lora,
    "textual_inversion": textual_inversion,
}
