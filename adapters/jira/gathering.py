"""Everything about an issue that is not in it: people's sides, organizations, plans, categories of statuses."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from adapters.jira.entries import Entry
from adapters.jira.history import Known, values_ever
from adapters.jira.payloads import IssueBody, UserBody
from adapters.jira.people import Directory
from adapters.jira.settings import Customer, JiraSettings
from adapters.jira.sightings import Sightings
from adapters.jira.values import ids_in, value_of


class Gatherer:
    """Asks the directory for what nobody has seen."""

    def __init__(self, directory: Directory, settings: JiraSettings) -> None:
        self._directory, self._settings = directory, settings

    def known(self, issue: IssueBody, entries: tuple[Entry, ...], sightings: Sightings, now: datetime) -> Known:
        """Return everything about the issue, asking only for what nobody has seen."""
        for account, user in self._people(issue, entries).items():
            if account not in sightings.sides:
                sightings.sides[account] = self._directory.side_of(user, issue.fields.project.key)
        values = values_ever(issue, entries, self._settings.organizations_field)
        ids = sorted({id_ for value in values for id_ in ids_in(value)})
        names = self._names(issue, ids)
        customers = {id_: self._customer(id_, names.get(id_)) for id_ in ids}
        for source in self._settings.plan:
            if source.source in ("organizations", "organization_property"):
                for id_ in ids:
                    plan = customers[id_][source.source].plan
                    plan = source.values.get(plan or "") if source.values else plan
                    sightings.plans.see(f"{source.source}:{id_}", plan, now)
        known = {id_: _first_of(by_source) for id_, by_source in customers.items()}
        return Known(issue, entries, sightings, self._categories(issue, entries), known, names)

    def _people(self, issue: IssueBody, entries: Sequence[Entry]) -> dict[str, UserBody]:
        """Return everybody who wrote, changed something or asked, by account."""
        users = [issue.fields.creator, issue.fields.reporter]
        users += [history.author for history in (issue.changelog.histories if issue.changelog else [])]
        users += [comment.author for comment in (issue.fields.comment.comments if issue.fields.comment else [])]
        known = {user.id: user for user in users if user and user.id}
        accounts = {entry.author for entry in entries}
        accounts |= {value.id for value in values_ever(issue, entries, "reporter")}
        accounts |= {issue.fields.creator.id} if issue.fields.creator else set()
        return {
            account: known.get(account) or UserBody.model_validate({"accountId": account})
            for account in sorted(account for account in accounts if account)
        }

    def _names(self, issue: IssueBody, ids: Sequence[str]) -> dict[str, str | None]:
        raw = issue.raw.get(self._settings.organizations_field or "")
        here = {value.id: value.text for each in (raw if isinstance(raw, list) else []) if (value := value_of(each))}
        return {id_: here.get(id_) or self._directory.organization_name(id_) for id_ in ids}

    def _customer(self, id_: str, name: str | None) -> dict[str, Customer]:
        """Return what each place says of an organization."""
        table = self._settings.organizations
        places = {"organizations": table.get(id_) or table.get(name or "") or Customer()}
        if any(source.source == "organization_property" for source in self._settings.plan):
            places["organization_property"] = self._directory.customer_by_property(id_)
        return places

    def _categories(self, issue: IssueBody, entries: Sequence[Entry]) -> dict[str, str]:
        """Return the categories of statuses that the settings do not map; today's status names its own."""
        status = issue.fields.status
        categories = {status.id: status.category.key} if status.category else {}
        mapped = self._settings.statuses
        ever = values_ever(issue, entries, "status")
        if any(value and value.id not in categories and value.within(mapped) is None for value in ever):
            categories = {**self._directory.status_categories(), **categories}
        return categories


def _first_of(places: Mapping[str, Customer]) -> Customer:
    """Return what is known of an organization, from the first place that says each thing."""
    said = {
        name: next((value for place in places.values() if (value := getattr(place, name))), None)
        for name in Customer.model_fields
    }
    return Customer.model_validate(said)
