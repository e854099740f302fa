"""The pages over the record, together."""

from starlette.routing import BaseRoute

from sidecar.control.web.pages.evidence import EvidencePage
from sidecar.control.web.pages.live import LivePage
from sidecar.control.web.pages.overview import OverviewPage
from sidecar.control.web.pages.policies import PoliciesPage
from sidecar.control.web.pages.replay import ReplayPage
from sidecar.control.web.pages.sessions import SessionsPage
from sidecar.control.web.parts import Parts
from sidecar.control.web.questions.asking import Questions


def routes(parts: Parts, questions: Questions) -> list[BaseRoute]:
    return [
        *OverviewPage(questions, parts.clock).routes(),
        *LivePage(questions, parts.clock).routes(),
        *ReplayPage(parts, questions).routes(),
        *SessionsPage(parts, questions).routes(),
        *PoliciesPage(questions, parts.clock).routes(),
        *EvidencePage(parts, questions).routes(),
    ]
