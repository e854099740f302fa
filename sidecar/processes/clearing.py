"""Taking out of the cluster what the webhook put there: one look at every namespace."""

from dataclasses import dataclass

from sidecar.control.admission.clearing import cleared
from sidecar.control.admission.cluster import Cluster, ClusterFailed
from sidecar.settings.webhook import Webhook


@dataclass(frozen=True, slots=True)
class Ended:
    """`trouble`: why it could not be finished; what is gone is gone, and it can be tried again."""

    gone: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    trouble: str = ""


async def clear(settings: Webhook, *, regardless: bool) -> Ended:
    cluster = Cluster(settings.cluster)
    try:
        done = await cleared(cluster, settings, regardless=regardless)
    except ClusterFailed as error:
        return Ended(trouble=f"not everything could be removed: {error}")
    finally:
        await cluster.close()
    return Ended(done.gone, done.kept)
