"""`TemplateResponse(name, {"request": request})` -> `TemplateResponse(request, name, {...})`.

Source: https://www.starlette.io/release-notes/#0290-july-13-2023 deprecates the old order;
1.0 removes it, and the Jinja options of `Jinja2Templates`.
"""

import libcst as cst

from drydock.codemods.rule import Rule
from drydock.codemods.source import Rewriter, Source, dotted, keyword

_TEMPLATES = "starlette.templating.Jinja2Templates"
_KNOWN = {"directory", "context_processors", "env"}
_HOW = "pass the request first: TemplateResponse(request, name, context)"


def _rewrite(source: Source) -> cst.Module:
    return source.tree.visit(_Templates(source))


class _Templates(Rewriter):
    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:
        func = original_node.func
        if self.source.resolve(func) == _TEMPLATES:
            keywords = [one.keyword.value for one in original_node.args if one.keyword]
            if unknown := [name for name in keywords if name not in _KNOWN]:
                why = f"Jinja2Templates no longer accepts {unknown[0]}="
                how = "build a jinja2.Environment with it and pass env="
                self.source.left(original_node, why, how)
            return updated_node
        if not isinstance(func, cst.Attribute) or func.attr.value != "TemplateResponse":
            return updated_node
        return self._reordered(original_node, updated_node)

    def _reordered(self, old: cst.Call, new: cst.Call) -> cst.Call:
        args = old.args
        named = keyword(args, "name")
        first = args[0] if args and not args[0].keyword else None
        if keyword(args, "request"):
            return new
        if first is not None and not named and not isinstance(first.value, cst.BaseString):
            context = args[1].value if len(args) > 1 and not args[1].keyword else None
            if not isinstance(context, cst.Dict):
                return new  # the request comes first already, or this is unclear
        argument = keyword(args, "context")
        if argument is None:
            place = 0 if named else 1
            argument = args[place] if len(args) > place and not args[place].keyword else None
        context = argument.value if argument else None
        if not isinstance(context, cst.Dict):
            if argument is not None:
                self.source.left(old, "TemplateResponse(name, context) is the old signature", _HOW)
            return new
        request = next((one for one in context.elements if _is_request(one)), None)
        if not isinstance(request, cst.DictElement):
            self.source.left(old, "TemplateResponse(name, context) has no request", _HOW)
            return new
        self.source.changed(
            old, "TemplateResponse(name, ...) -> TemplateResponse(request, name, ...)"
        )
        kept = [one for one in context.elements if one is not request]
        if kept and request is context.elements[-1]:
            kept[-1] = kept[-1].with_changes(comma=request.comma)
        comma = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
        if isinstance(old.whitespace_before_args, cst.ParenthesizedWhitespace):
            comma = cst.Comma(whitespace_after=old.whitespace_before_args)
        word = cst.Name("request") if args[0].keyword else None
        equal = args[0].equal if word else cst.MaybeSentinel.DEFAULT
        passed = cst.Arg(request.value, keyword=word, equal=equal, comma=comma)
        rest = [
            one.with_changes(value=context.with_changes(elements=kept)) if one is argument else one
            for one in args
        ]
        if not kept:
            rest = [one for one in args if one is not argument]
            positional = [one for one in args[args.index(argument) + 1 :] if not one.keyword]
            if positional:  # the arguments after it keep their positions
                rest = [
                    one.with_changes(value=cst.Dict([])) if one is argument else one for one in args
                ]
        rest[-1] = rest[-1].with_changes(comma=args[-1].comma)
        return new.with_changes(args=[passed, *rest])


def _is_request(element: cst.BaseDictElement) -> bool:
    return (
        isinstance(element, cst.DictElement)
        and isinstance(element.key, cst.SimpleString)
        and element.key.evaluated_value == "request"
        and bool(dotted(element.value))
    )


RULE = Rule(
    name="fastapi-templates",
    summary="`TemplateResponse(name, {'request': request})` -> request first",
    since="1.5.0",
    words=("TemplateResponse", "Jinja2Templates"),
    rewrite=_rewrite,
)
