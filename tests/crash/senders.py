"""How does a careful sender get one letter acknowledged, over a line that may break at any time?

It knows only what was answered, asks again under the same key or address, and is content when it
holds an acknowledgement.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.crash.callers import Answer, Caller
from tests.crash.letters import Letter


@dataclass(frozen=True)
class Acknowledged:
    """What the sender was told of its document."""

    document: str
    number: int


class Sender:
    """Sends one letter as the body of a request."""

    def __init__(self, letter: Letter) -> None:
        self.letter = letter

    def send(self, caller: Caller) -> Acknowledged:
        """Send what is not acknowledged yet.

        Raises:
            Broken: the line broke first.
        """
        letter = self.letter
        return _receipt(caller.deliver(letter.content, name=letter.name, key=letter.name), letter)


class FormSender(Sender):
    """Sends it as a part of a form."""

    def send(self, caller: Caller) -> Acknowledged:
        letter = self.letter
        return _receipt(
            caller.deliver_form(letter.content, name=letter.name, key=letter.name), letter
        )


class PartSender(Sender):
    """Sends it in two parts, and asks how far they came before it goes on."""

    def __init__(self, letter: Letter) -> None:
        super().__init__(letter)
        self.address = ""

    def send(self, caller: Caller) -> Acknowledged:
        content = self.letter.content
        offset = 0
        if self.address:
            answer = caller.how_far(self.address)
            assert answer.status == 200, answer
            offset = int(answer.headers["Upload-Offset"])
        else:
            answer = caller.announce(len(content), name=self.letter.name)
            assert answer.status == 201, answer.body
            self.address = answer.headers["Location"]
        while offset < len(content):
            half = len(content) // 2
            part = content[offset:half] if offset < half else content[offset:]
            answer = caller.send_part(self.address, part, offset=offset)
            assert answer.status in (200, 204), answer.body
            offset = int(answer.headers["Upload-Offset"])
        return Acknowledged(answer.headers["X-Document"], int(answer.headers["Receipt-Number"]))


WAYS: dict[str, Callable[[Letter], Sender]] = {
    "in one piece": Sender,
    "in a form": FormSender,
    "in parts": PartSender,
}


def _receipt(answer: Answer, letter: Letter) -> Acknowledged:
    assert answer.status in (200, 201), answer.body
    told = answer.told
    assert (told["sha256"], told["size"]) == (letter.sha256, len(letter.content))
    assert told["repeated"] is (answer.status == 200)
    return Acknowledged(told["document_id"], told["number"])
