"""Many arrays as one object that kernels take: handed over once, not at each call.

numba finds the type of each array that it is handed, and takes a reference to it: a tuple of a
hundred arrays costs 29 us a call, an object that holds them 1. Where an array is replaced, they are
held again.

Within a kernel, a field of the object has no references to count. Counting took a fifth of the
time of learning: a tuple that is unpacked, passed or made counts every array in it, twice. So
nothing of a field may leave the kernel, or be kept in another object: the arrays live as long as
the object that the caller has.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import njit
from numba.core import cgutils, types
from numba.core.datamodel import default_manager, models
from numba.core.imputils import lower_getattr_generic
from numba.core.typing.templates import AttributeTemplate
from numba.experimental import structref
from numba.experimental.jitclass.base import imp_dtor
from numba.extending import infer_getattr, intrinsic

_FIELD = "value"


class HeldType(types.StructRef):
    """The type of a `Held`, by the type of the named tuple that it holds."""

    @property
    def tuple_type(self) -> Any:
        """The type of the named tuple."""
        return self.field_dict[_FIELD]


class Held(structref.StructRefProxy):
    """What `hold` returns: within kernels, it has the fields of the tuple that it holds."""


default_manager.register(HeldType, models.StructRefModel)
structref.define_boxing(HeldType, Held)


@intrinsic  # type: ignore[untyped-decorator]
def _held(_typing: Any, value: Any) -> Any:
    """Return a new object with ``value``; it counts a reference to each array in it."""
    kind = HeldType([(_FIELD, value)])

    def generate(context: Any, builder: Any, _signature: Any, args: Any) -> ir.Value:
        room = context.data_model_manager[kind.get_data_type()].get_value_type()
        made = context.make_helper(builder, kind)
        made.meminfo = context.nrt.meminfo_alloc_dtor(
            builder,
            context.get_constant(types.uintp, context.get_abi_sizeof(room)),
            imp_dtor(context, builder.module, kind),
        )
        builder.store(args[0], _place(context, builder, kind, made._getvalue(), 0))  # noqa: SLF001
        context.nrt.incref(builder, value, args[0])
        return made._getvalue()  # noqa: SLF001 - numba has no other way, here and below

    return kind(value), generate


@njit(cache=True)
def hold(value):
    """Return an object that holds ``value``, a named tuple of arrays, numbers and such tuples."""
    return _held(value)


def _place(context: Any, builder: Any, kind: HeldType, held: ir.Value, *place: int) -> ir.Value:
    """Return a pointer to what is held, or within it."""
    data = structref._Utils(context, builder, kind).get_data_pointer(held)  # noqa: SLF001
    return cgutils.gep_inbounds(builder, data, 0, *place)


@infer_getattr
class _Fields(AttributeTemplate):
    key = HeldType

    def generic_resolve(self, held: HeldType, name: str) -> Any:
        fields = held.tuple_type.fields
        return held.tuple_type.types[fields.index(name)] if name in fields else None


@lower_getattr_generic(HeldType)
def _field(context: Any, builder: Any, held: HeldType, value: ir.Value, name: str) -> ir.Value:
    """Load one field from where the tuple is, without references to its arrays."""
    place = held.tuple_type.fields.index(name)
    field = builder.load(_place(context, builder, held, value, 0, place))
    return _uncounted(context, builder, held.tuple_type.types[place], field)


def _uncounted(context: Any, builder: Any, kind: types.Type, value: ir.Value) -> ir.Value:
    """Return ``value`` with no reference in any of its arrays: to count none costs nothing."""
    if isinstance(kind, types.Array):
        array = context.make_array(kind)(context, builder, value)
        array.meminfo = cgutils.get_null_value(array.meminfo.type)
        array.parent = cgutils.get_null_value(array.parent.type)
        return array._getvalue()  # noqa: SLF001 - as above
    if isinstance(kind, types.BaseTuple):
        for place, part in enumerate(kind.types):
            inner = _uncounted(context, builder, part, builder.extract_value(value, place))
            value = builder.insert_value(value, inner, place)
    return value
