"""The action that shows the site's topics on Kafka."""

from dataclasses import asdict
from typing import Any

from adapters.actions.parameters import Parameters
from adapters.actions.session import Session
from adapters.actions.table import action
from adapters.embedded import read_runtime
from domain.access import Right
from domain.errors import SettingError


class TopicList(Parameters):
    """`ask`: look at the brokers; otherwise only the commands are returned."""

    ask: bool = True


@action(Right.SYSADMIN, TopicList, reads=True, listed="topics")
def harvest_topic_list(session: Session, parameters: TopicList) -> dict[str, Any]:
    """The site's topics as the brokers have them, and the commands with which a Kafka administrator can create them."""
    from adapters.kafka.topic_list import commands, states
    from adapters.kafka.topics import configured

    settings = session.parts.settings
    if not parameters.ask:
        return {"site": settings.site_id, "topics": [], "commands": commands(settings)}
    runtime = read_runtime(settings.data_dir) if settings.own_broker else None
    if settings.own_broker and runtime is None:
        raise SettingError("No broker: start `harvester up`, or set HARVEST_KAFKA_BOOTSTRAP_SERVERS")
    broker = configured(settings, "topics", runtime.bootstrap_servers if runtime else "")
    topics = [asdict(state) for state in states(broker, settings)]
    return {"site": settings.site_id, "topics": topics, "commands": commands(settings)}
