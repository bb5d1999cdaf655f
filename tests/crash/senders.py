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


class Refused(Exception):
    """The house took nothing and said why; the sender keeps its copy."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"{answer.status} {answer.body[:300]!r}")
        self.answer = answer


class Sender:
    """Sends one letter as the body of a request."""

    def __init__(self, letter: Letter) -> None:
        self.letter = letter

    def send(self, caller: Caller) -> Acknowledged:
        """Send what is not acknowledged yet.

        Raises:
            Broken: the line broke first.
            Refused: something is out of reach.
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
            answer = _fine(caller.how_far(self.address), 200)
            offset = int(answer.headers["Upload-Offset"])
        else:
            answer = _fine(caller.announce(len(content), name=self.letter.name), 201)
            self.address = answer.headers["Location"]
        while offset < len(content):
            half = len(content) // 2
            part = content[offset:half] if offset < half else content[offset:]
            answer = _fine(caller.send_part(self.address, part, offset=offset), 200, 204)
            offset = int(answer.headers["Upload-Offset"])
        return Acknowledged(answer.headers["X-Document"], int(answer.headers["Receipt-Number"]))


class StackSender(Sender):
    """Sends it as a scanning station sends a stack."""

    def __init__(self, letter: Letter, token: str) -> None:
        super().__init__(letter)
        self.token = token

    def send(self, caller: Caller) -> Acknowledged:
        letter = self.letter
        answer = _fine(
            caller.deliver_stack(
                letter.content, name=letter.name, key=letter.name, token=self.token
            ),
            *(200, 201),
        )
        told = answer.told
        assert (told["sha256"], told["size"]) == (letter.sha256, len(letter.content))
        return Acknowledged(told["batch_id"], told["number"])


WAYS: dict[str, Callable[[Letter], Sender]] = {
    "in one piece": Sender,
    "in a form": FormSender,
    "in parts": PartSender,
}


def _receipt(answer: Answer, letter: Letter) -> Acknowledged:
    told = _fine(answer, 200, 201).told
    assert (told["sha256"], told["size"]) == (letter.sha256, len(letter.content))
    assert told["repeated"] is (answer.status == 200)
    return Acknowledged(told["document_id"], told["number"])


def _fine(answer: Answer, *statuses: int) -> Answer:
    if answer.status not in statuses:
        raise Refused(answer)
    return answer
