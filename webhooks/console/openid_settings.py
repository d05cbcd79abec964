"""The part ``console.openid`` of ``sidecar.yaml``: which provider says who somebody is, and who may then do what."""

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from webhooks.notify_settings import STRICT, Names, Text
from webhooks.secret import Secret

EMAIL = "email"  # the one claim whose values a provider may pass on without having checked them
_ADDRESS = re.compile(r"https://[^\s?#]+|http://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?(/[^\s?#]*)?")


def _issuer(written: str) -> str:
    if not _ADDRESS.fullmatch(written):
        raise ValueError(
            "is no https address; write the provider's issuer, such as https://login.example.com/realms/us"
        )
    return written


def _scopes(written: tuple[str, ...]) -> tuple[str, ...]:
    if "openid" not in written:
        raise ValueError("lacks `openid`, without which no provider says who somebody is; add it")
    return written


class OpenIdSettings(BaseModel):
    """A provider of OpenID Connect.

    Attributes:
        issuer: the provider's own name for itself, exactly; its discovery document lies below it.
        client_id, client_secret: what the provider gave this service; without a secret it is a public client.
        name: on the button: "Sign in with …".
        scopes: what is asked for; some providers give groups only for a scope of their own.
        claim: what decides; the path to a nested one is written with dots, as ``realm_access.roles``.
        operators, viewers: values of the claim, one or a list. Who has both is an operator, who has neither stays out.
        timeout_seconds: for each call to the provider.
    """

    model_config = STRICT

    issuer: Annotated[str, AfterValidator(_issuer)]
    client_id: Text
    client_secret: Secret | None = None
    name: Annotated[str, StringConstraints(min_length=1, max_length=40)] = "OpenID Connect"
    scopes: Annotated[Names, AfterValidator(_scopes)] = ("openid", "email", "profile")
    claim: Text = EMAIL
    operators: Names = ()
    viewers: Names = ()
    timeout_seconds: Annotated[float, Field(gt=0, le=30)] = 10

    @property
    def is_local(self) -> bool:
        """True for a provider on this machine, which needs no https."""
        return self.issuer.startswith("http://")

    @property
    def needed(self) -> tuple[str, ...]:
        """The claims without which nothing can be decided."""
        return (self.claim, "email_verified") if self.claim == EMAIL else (self.claim,)

    @property
    def rules(self) -> str:
        """What decides who may do what; when it changes, sessions are over."""
        return repr((self.issuer, self.client_id, self.claim, self.operators, self.viewers))
