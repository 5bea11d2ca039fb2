"""Operations on shared arrays that threads may carry out at the same time."""

from llvmlite import ir
from numba.core import types

from sims.kernels.compile import intrinsic


def _element(context, builder, array_type, array, index):
    return builder.gep(context.make_array(array_type)(context, builder, array).data, [index])


@intrinsic
def take(typing, array, index):
    """Add one to an element of an array of 64-bit integers; return what it was."""

    def generate(context, builder, sig, args):
        one = ir.Constant(ir.IntType(64), 1)
        return builder.atomic_rmw("add", _element(context, builder, sig.args[0], *args), one, "monotonic")

    return types.int64(array, types.int64), generate


@intrinsic
def claim(typing, array, index, expected, new):
    """Set an element of an array of 32-bit integers to `new` if it is `expected`; return whether it was."""

    def generate(context, builder, sig, args):
        pointer = _element(context, builder, sig.args[0], args[0], args[1])
        pair = builder.cmpxchg(pointer, args[2], args[3], "acq_rel", "acquire")
        return builder.extract_value(pair, 1)

    return types.boolean(array, types.int64, types.int32, types.int32), generate


@intrinsic
def read(typing, array, index):
    """An element of an array of 32-bit integers, and with it all that was written before it was published."""

    def generate(context, builder, sig, args):
        return builder.load_atomic(_element(context, builder, sig.args[0], *args), "acquire", 4)

    return types.int32(array, types.int64), generate


@intrinsic
def publish(typing, array, index, value):
    """Set an element of an array of 32-bit integers after all that was written before."""

    def generate(context, builder, sig, args):
        builder.store_atomic(args[2], _element(context, builder, sig.args[0], args[0], args[1]), "release", 4)
        return context.get_dummy_value()

    return types.void(array, types.int64, types.int32), generate
