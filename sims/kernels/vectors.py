"""Vectors of 512 bits, for kernels whose speed must not hang on the compiler's own vectorisation.

They hold 16, 32 or 64 integers of 32, 16 or 8 bits, and become whatever registers a processor has.
"""

from collections.abc import Callable

from llvmlite import ir
from numba.core import types
from numba.core.typing.templates import signature
from numba.extending import models, register_model

from sims.kernels.compile import intrinsic

BITS = 512
"""Width of a vector."""

LANES = BITS // 32
"""Integers of 32 bits in a vector."""


class Vector(types.Type):
    """A vector of integers of so many bits, as numba types it."""

    def __init__(self, bits: int) -> None:
        super().__init__(name=f"Vector of {bits}-bit integers")
        self.bits = bits


def _machine(bits: int) -> ir.VectorType:
    return ir.VectorType(ir.IntType(bits), BITS // bits)


@register_model(Vector)
class VectorModel(models.PrimitiveModel):
    """A vector, as LLVM represents it."""

    def __init__(self, manager, kind) -> None:
        super().__init__(manager, kind, _machine(kind.bits))


_WORDS = Vector(32)


def _address(context, builder, array_type, array, index, target: ir.Type):
    """The address of an element of a one-dimensional array."""
    data = context.make_array(array_type)(context, builder, array).data
    return builder.bitcast(builder.gep(data, [index]), target.as_pointer())


def _same(value: int, bits: int = 32) -> ir.Constant:
    return ir.Constant(_machine(bits), [value] * (BITS // bits))


def _every(builder, value):
    """A vector of the same 32-bit integer in every lane."""
    nothing = ir.Constant(_machine(32), ir.Undefined)
    first = builder.insert_element(nothing, value, ir.Constant(ir.IntType(32), 0))
    return builder.shuffle_vector(first, nothing, _same(0))


def _constant(bits: int) -> Callable:
    def typed(typing):
        return Vector(bits)(), lambda context, builder, sig, args: _same(0, bits)

    return intrinsic(typed)


zero = _constant(32)
zero_bytes = _constant(8)


@intrinsic
def load(typing, array, index):
    """The elements of an array from an index on, as many as a vector holds."""
    bits = array.dtype.bitwidth

    def generate(context, builder, sig, args):
        return builder.load(_address(context, builder, sig.args[0], args[0], args[1], _machine(bits)), align=1)

    return signature(Vector(bits), array, types.int64), generate


@intrinsic
def widen(typing, array, index):
    """Sixteen elements of an array of signed integers, as integers of 32 bits."""
    narrow = ir.VectorType(ir.IntType(array.dtype.bitwidth), LANES)

    def generate(context, builder, sig, args):
        found = builder.load(_address(context, builder, sig.args[0], args[0], args[1], narrow), align=1)
        return builder.sext(found, _machine(32)) if narrow != _machine(32) else found

    return signature(_WORDS, array, types.int64), generate


@intrinsic
def store(typing, array, index, value):
    """Put a vector into an array of elements of its kind, from an index on."""

    def generate(context, builder, sig, args):
        target = _address(context, builder, sig.args[0], args[0], args[1], _machine(sig.args[2].bits))
        builder.store(args[2], target, align=1)
        return context.get_dummy_value()

    return types.void(array, types.int64, value), generate


@intrinsic
def add(typing, left, right):
    """Sums, lane by lane."""
    return left(left, left), lambda context, builder, sig, args: builder.add(*args)


@intrinsic
def subtract(typing, left, right):
    """Differences, lane by lane."""
    return left(left, left), lambda context, builder, sig, args: builder.sub(*args)


@intrinsic
def parity(typing, a, b, c):
    """The sum bit of three bits, in every place."""

    def generate(context, builder, sig, args):
        return builder.xor(builder.xor(args[0], args[1]), args[2])

    return a(a, a, a), generate


@intrinsic
def majority(typing, a, b, c):
    """The carry bit of three bits, in every place."""

    def generate(context, builder, sig, args):
        a, b, c = args
        return builder.or_(builder.and_(a, b), builder.and_(c, builder.or_(a, b)))

    return a(a, a, a), generate


@intrinsic
def both(typing, left, right):
    """The carry bit of two bits, in every place."""
    return left(left, left), lambda context, builder, sig, args: builder.and_(*args)


@intrinsic
def differ(typing, left, right):
    """The sum bit of two bits, in every place."""
    return left(left, left), lambda context, builder, sig, args: builder.xor(*args)


@intrinsic
def exchange(typing, array, index, other, shift, mask):
    """Exchange the bits of one vector chosen by `mask << shift` with those of another chosen by `mask`, in memory."""

    def generate(context, builder, sig, args):
        kind = sig.args[0]
        first = _address(context, builder, kind, args[0], args[1], _machine(32))
        second = _address(context, builder, kind, args[0], args[2], _machine(32))
        shift, mask = _every(builder, args[3]), _every(builder, args[4])
        high, low = builder.load(first, align=1), builder.load(second, align=1)
        moved = builder.and_(builder.xor(builder.lshr(high, shift), low), mask)
        builder.store(builder.xor(low, moved), second, align=1)
        builder.store(builder.xor(high, builder.shl(moved, shift)), first, align=1)
        return context.get_dummy_value()

    return types.void(array, types.int64, types.int64, types.uint32, types.uint32), generate


@intrinsic
def where_set(typing, word, half, value):
    """`value` (int32) in the lanes whose bit of a 32-bit word is set, else 0: bits 0-15, or 16-31 where half is 1."""

    def generate(context, builder, sig, args):
        word, half, value = args
        shift = builder.mul(half, ir.Constant(ir.IntType(32), LANES))
        chosen = builder.trunc(builder.lshr(word, shift), ir.IntType(LANES))
        mask = builder.bitcast(chosen, ir.VectorType(ir.IntType(1), LANES))
        return builder.select(mask, _every(builder, value), _same(0))

    return signature(_WORDS, types.uint32, types.uint32, types.int32), generate
