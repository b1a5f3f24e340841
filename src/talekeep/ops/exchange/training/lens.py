"""How entries are looked at: what counts their tokens, by which template, and how long a row may be."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from talekeep.ops.exchange.training.template_file import read_template
from talekeep.ops.exchange.training.token_count import ESTIMATE
from talekeep.ops.exchange.training.token_count import TokenCount
from talekeep.ops.exchange.training.token_count import counter
from talekeep.training import control_tokens
from talekeep.training.base import Context
from talekeep.training.trainers.base import Trainer
from talekeep.training.writers.text import Template


@dataclass(frozen=True, slots=True)
class Lens:
    """How entries are looked at.

    Attributes:
        count: what counts their tokens.
        template: the chat template of the model, if it is known.
        max_length: the tokens a row may have; where it is None, what the trainer's configuration says.
    """

    count: TokenCount = ESTIMATE
    template: Template | None = None
    max_length: int | None = None

    def longest(self, trainer: Trainer | None) -> int:
        """The tokens a row may have; 0 where nothing says so."""
        return self.max_length or (0 if trainer is None else trainer.MAX_LENGTH[0])

    @property
    def control_tokens(self) -> tuple[str, ...]:
        """Those of the tokenizer, or of the template's family; without both all that are known."""
        if self.count.special is not None:
            return self.count.special
        if self.template is not None:
            return control_tokens.of_template(self.template.source, self.template.tokens.values())
        return control_tokens.ALL

    def context(self, names: Mapping[str, str], trainer: Trainer | None) -> Context:
        """What policies need to know.

        Args:
            names: the display names of characters, by slug.
        """
        return Context(
            names,
            max_length=self.longest(trainer),
            lengths=lambda draft: self.count.of(draft, self.template),
            control_tokens=self.control_tokens,
        )


PLAIN = Lens()


def lens_of(tokenizer: Path | None, template: Path | None, max_length: int | None) -> Lens:
    """A lens by files.

    Raises:
        NotFound: there is no such file. Refused: it is no tokenizer or template.
        Outside: a library is missing.
    """
    chat = None if template is None else read_template(template)
    return Lens(counter(tokenizer), chat, max_length)
