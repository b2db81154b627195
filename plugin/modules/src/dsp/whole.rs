//! A hint for the compiler that costs a store and a load.

use crate::group::Group;

/// The same group. What leads to it is computed as one vector: where lanes are summed or scattered later on,
/// the compiler would else take the arithmetic apart into single lanes to suit that.
#[inline(always)]
pub fn whole(group: Group) -> Group {
    std::hint::black_box(group)
}
