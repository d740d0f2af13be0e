"""What the emulator's CloudFormation does not do by itself; each has a test in tests/local/emulator."""

from ministack.services import lambda_svc
from ministack.services.cloudformation import _stacks, changesets, engine, handlers, provisioners, stacks


def apply() -> None:
    _expand_nested_templates()
    _retain_in_nested_stacks()
    _reserve_concurrency()
    _refuse_what_is_not_here()
    _alarms_by_expression()


def _expand_nested_templates() -> None:
    """A nested stack's template goes through the same transforms as a root's; the emulator expands roots only."""
    # Both hold the unchanged function since they were imported: a root is not to be expanded twice.
    assert changesets._parse_template is handlers._parse_template is engine._parse_template
    parse = engine._parse_template

    def parse_and_expand(body: str) -> dict:
        template = engine._apply_transforms(parse(body))
        if isinstance(template, engine._TransformFailed):
            raise ValueError(template.error)
        return template

    # The provisioner of nested stacks looks the name up when it runs.
    assert not hasattr(provisioners, "_parse_template")
    engine._parse_template = parse_and_expand


def _retain_in_nested_stacks() -> None:
    """What a nested stack's DeletionPolicy retains outlives it; the emulator honours the policy in roots only."""
    kind = provisioners._RESOURCE_HANDLERS["AWS::CloudFormation::Stack"]
    delete = kind["delete"]

    def delete_the_rest(physical_id, props):
        child = _stacks.get(provisioners._nested_stack_lookup_name(physical_id)) or {}
        declared = (child.get("_template") or {}).get("Resources", {})
        for logical_id in list(child.get("_resources", {})):
            if declared.get(logical_id, {}).get("DeletionPolicy") not in provisioners._RETAINING_POLICIES:
                continue
            kept = child["_resources"].pop(logical_id)
            stacks._add_event(
                child["StackId"],
                child["StackName"],
                logical_id,
                kept["ResourceType"],
                "DELETE_SKIPPED",
                physical_id=kept["PhysicalResourceId"],
            )
        delete(physical_id, props)

    kind["delete"] = delete_the_rest


def _reserve_concurrency() -> None:
    """A template's ReservedConcurrentExecutions reaches the function; the emulator takes it from API calls only."""
    handlers_of_function = provisioners._RESOURCE_HANDLERS["AWS::Lambda::Function"]
    create = handlers_of_function["create"]

    def create_and_reserve(logical_id, props, stack_name):
        name, attributes = create(logical_id, props, stack_name)
        reserved = props.get("ReservedConcurrentExecutions")
        if reserved is not None:
            lambda_svc._functions[name]["concurrency"] = int(reserved)
        return name, attributes

    handlers_of_function["create"] = create_and_reserve


def _refuse_what_is_not_here() -> None:
    """The emulator takes both from templates and does nothing of them; the function host refuses them in API calls."""
    asked = {
        "AWS::Lambda::Alias": lambda props: props.get("ProvisionedConcurrencyConfig") and "ProvisionedConcurrency",
        "AWS::Lambda::Function": lambda props: (
            (props.get("SnapStart") or {}).get("ApplyOn") == "PublishedVersions" and "SnapStart"
        ),
    }

    def refusing(handle, name_in, position):
        def wrapped(*args, **kwargs):
            name = name_in(args[position])
            if name:
                raise ValueError(f"the local plane has no {name}: deploy without it here, and measure it on AWS")
            return handle(*args, **kwargs)

        return wrapped

    for kind, name_in in asked.items():
        of_kind = provisioners._RESOURCE_HANDLERS[kind]
        # create(logical_id, props, ...), update(physical_id, old_props, new_props, ...)
        of_kind["create"] = refusing(of_kind["create"], name_in, 1)
        of_kind["update"] = refusing(of_kind["update"], name_in, 2)


def _alarms_by_expression() -> None:
    """Keeps alarms over several metrics as they are declared; the emulator refuses them. It evaluates them no more than
    others of metrics that it does not have: the function host does."""
    record = provisioners._cw_metric_alarm_record

    def record_with_metrics(name, props):
        metrics = props.get("Metrics")
        if not metrics:
            return record(name, props)
        alone = {key: value for key, value in props.items() if key != "Metrics"}
        alarm = record(name, {**alone, "MetricName": "-", "Namespace": "-"})
        for absent in ("MetricName", "Namespace", "Statistic", "ExtendedStatistic", "Period", "Unit"):
            del alarm[absent]
        return {**alarm, "Dimensions": [], "Metrics": [_with_numbers(query) for query in metrics]}

    provisioners._cw_metric_alarm_record = record_with_metrics


def _with_numbers(query: dict) -> dict:
    """Parameters are texts in templates, and the API answers with numbers and booleans."""
    typed = {**query, "ReturnData": str(query.get("ReturnData", True)).lower() == "true"}
    if stat := query.get("MetricStat"):
        typed["MetricStat"] = {**stat, "Period": int(stat["Period"])}
    return typed
