"""What goes wrong on purpose between the bot and the platform."""

from dataclasses import dataclass, field, replace

EVERY_METHOD = "*"


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong, `times` times; the method `download` is the fetching of a file.

    `code` answers with that error (in the words of `description`), `retry_after` with 429, `drop`
    closes the connection without an answer, `hang` waits so many seconds first. With `after` the request
    is carried out all the same: only its answer is replaced by the error or, where none is named, lost.
    """

    method: str
    times: int = 1
    code: int | None = None
    description: str | None = None
    retry_after: int | None = None
    drop: bool = False
    hang: float = 0.0
    after: bool = False

    @property
    def loses_answer(self) -> bool:
        """Tell whether the bot gets no answer at all."""
        return self.drop or (self.after and not self.code and self.retry_after is None)


@dataclass
class Faults:
    """The faults that are still to come, in the order they were asked for."""

    coming: list[Fault] = field(default_factory=list)

    def add(self, fault: Fault) -> None:
        """Have something go wrong from now on."""
        if fault.times < 1:
            raise ValueError(f"a fault happens at least once, not {fault.times} times")
        self.coming.append(fault)

    def take(self, method: str) -> Fault | None:
        """Return what goes wrong with this request, counted down."""
        for place, fault in enumerate(self.coming):
            if fault.method in {method, EVERY_METHOD}:
                left = fault.times - 1
                self.coming[place : place + 1] = [replace(fault, times=left)] if left else []
                return fault
        return None
