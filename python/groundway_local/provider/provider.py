"""The provider: Terraform's calls, answered by the specs, the emulator and the schemas."""

from __future__ import annotations

import json
from typing import Any

from groundway_local.provider import configure, messages
from groundway_local.provider.crud import Applied, Crud
from groundway_local.provider.data_sources import DataSource
from groundway_local.provider.importing import imported_state
from groundway_local.provider.intents import Pending
from groundway_local.provider.messages import ERROR, WARNING, decode, diagnostic, encode
from groundway_local.provider.planning import plan, with_defaults
from groundway_local.provider.problem import Partial, Problem
from groundway_local.provider.routes import Routes
from groundway_local.provider.schema import Catalog
from groundway_local.provider.session import Models, Session, Settings
from groundway_local.provider.spec import Spec
from groundway_local.provider.validate import data_problems, problems, update_problems
from groundway_local.provider.values import empty, members

IMPORTED = "imported"


class Provider:
    """One provider process: configured once, then asked about resources from many threads."""

    def __init__(self, specs: dict[str, Spec], data_sources: dict[str, DataSource], catalog: Catalog) -> None:
        self.specs, self.data_sources, self.catalog = specs, data_sources, catalog
        self.schemas = {t: with_defaults(catalog.resources[t], spec) for t, spec in specs.items()}
        self.models = Models()
        self.session = Session(self.models, Settings())
        self.pending = Pending(None)
        self._cruds: dict[str, Crud] = {}

    def crud(self, type_name: str) -> Crud:
        if type_name not in self._cruds:
            self._cruds[type_name] = Crud(type_name, self.specs[type_name], self.schemas[type_name], self.session)
        return self._cruds[type_name]

    # the provider itself ----------------------------------------------------------------------------------------------
    def GetProviderSchema(self, _request: Any, out: Any) -> None:
        out.provider.CopyFrom(messages.schema(self.catalog.provider))
        for name, block in self.schemas.items():
            out.resource_schemas[name].CopyFrom(messages.schema(block))
        for name in self.data_sources:
            out.data_source_schemas[name].CopyFrom(messages.schema(self.catalog.data[name]))

    def ValidateProviderConfig(self, request: Any, out: Any) -> None:
        for problem in configure.problems(decode(request.config)):
            out.diagnostics.append(_error(problem))

    def ConfigureProvider(self, request: Any, _out: Any) -> None:
        self.session = configure.session(self.models, decode(request.config))
        self.pending = Pending(self.session.settings.endpoint)
        self.pending.fetch()
        self._cruds = {}

    def StopProvider(self, _request: Any, _out: Any) -> None:
        pass

    # resources --------------------------------------------------------------------------------------------------------
    def ValidateResourceConfig(self, request: Any, out: Any) -> None:
        name = request.type_name
        routes = Routes(self.specs[name], self.schemas[name], self.models)
        for problem in problems(name, routes, decode(request.config)):
            out.diagnostics.append(_error(problem))

    def UpgradeResourceState(self, request: Any, out: Any) -> None:
        raw, schema = json.loads(request.raw_state.json), self.schemas[request.type_name]
        state = {**empty(schema), **{k: v for k, v in raw.items() if k in members(schema)}}
        out.upgraded_state.CopyFrom(encode(state))

    def ReadResource(self, request: Any, out: Any) -> None:
        private = _private(request.private)
        self.pending.recorded(private.get("token"))
        importing = private.pop(IMPORTED, False)
        state = self.crud(request.type_name).reader.read(decode(request.current_state), private, importing)
        out.new_state.CopyFrom(encode(state))
        out.private = json.dumps(private).encode()

    def PlanResourceChange(self, request: Any, out: Any) -> None:
        out.planned_private = request.prior_private
        self.pending.recorded(_private(request.prior_private).get("token"))
        proposed = decode(request.proposed_new_state)
        if proposed is None:
            out.planned_state.CopyFrom(encode(None))
            return
        settings, crud = self.session.settings, self.crud(request.type_name)
        prior, config = decode(request.prior_state), decode(request.config)
        result = plan(crud.routes, prior, proposed, config, settings.region, settings.default_tags)
        out.planned_state.CopyFrom(encode(result.planned))
        out.legacy_type_system = result.legacy
        for name in result.replace:
            out.requires_replace.append(messages.path((name,)))
        if prior is not None and not result.replace:
            changed = {n for n, value in result.planned.items() if value != prior.get(n)}
            for problem in update_problems(request.type_name, crud.routes, changed, config):
                out.diagnostics.append(_error(problem))

    def ApplyResourceChange(self, request: Any, out: Any) -> None:
        name, crud = request.type_name, self.crud(request.type_name)
        prior, planned = decode(request.prior_state), decode(request.planned_state)
        private = _private(request.planned_private)
        verb = "Destroying" if planned is None else "Creating" if prior is None else "Updating"
        try:
            if planned is None:
                crud.delete(prior)
                done = Applied(None, {})
            elif prior is None:
                done = crud.create(planned)
            else:
                done = crud.update(prior, planned, private)
        except Partial as partial:
            done = Applied(partial.state, partial.private)
            out.diagnostics.append(_error(_explained(f"{verb} {name}", partial.cause)))
        except Exception as error:
            done = Applied(prior, private)
            out.diagnostics.append(_error(_explained(f"{verb} {name}", error)))
        for attribute in done.unconfirmed:
            text = f"{name}.{attribute} was sent, but the emulator reports something else: drift in it cannot be seen"
            out.diagnostics.append(diagnostic(WARNING, "Not confirmed by the emulator", text, (attribute,)))
        out.new_state.CopyFrom(encode(done.state))
        out.private = json.dumps(done.private).encode()
        out.legacy_type_system = True  # a plan may have been lenient; what was planned is returned as it is

    def ImportResourceState(self, request: Any, out: Any) -> None:
        name = request.type_name
        state = imported_state(name, self.specs[name], self.schemas[name], request.id)
        imported = out.imported_resources.add(type_name=name)
        imported.state.CopyFrom(encode(state))
        imported.private = json.dumps({IMPORTED: True}).encode()

    # data sources -----------------------------------------------------------------------------------------------------
    def ValidateDataResourceConfig(self, request: Any, out: Any) -> None:
        name = request.type_name
        for problem in data_problems(name, self.data_sources[name], decode(request.config)):
            out.diagnostics.append(_error(problem))

    def ReadDataSource(self, request: Any, out: Any) -> None:
        config, block = decode(request.config), self.catalog.data[request.type_name]
        found = self.data_sources[request.type_name].read(self.session, config)
        out.state.CopyFrom(encode({**empty(block), **config, **found}))


def _private(data: bytes) -> dict[str, Any]:
    return json.loads(data) if data else {}


def _error(problem: Problem) -> Any:
    return diagnostic(ERROR, problem.summary, problem.detail, problem.path)


def _explained(doing: str, error: Exception) -> Problem:
    if isinstance(error, Problem):
        return error
    return Problem(f"{doing}: {type(error).__name__}", str(error))
