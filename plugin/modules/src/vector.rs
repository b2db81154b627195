//! A group in a register.

use std::ops::{Add, Div, Mul, Sub};

use pulp::Simd;

use crate::dsp::guard::NOTHING;
use crate::group::{Group, LANES};

/// A [`Group`] that stays in a register of an instruction set, for loops in which state is handed on from frame to
/// frame: there the compiler does not always see that eight numbers belong together. Every instruction set computes
/// the same bits, which are those of [`Group`].
#[derive(Clone, Copy, Debug)]
pub struct Vector<S: Simd> {
    simd: S,
    lanes: S::f32s,
}

impl<S: Simd> Vector<S> {
    /// A group's lanes. The instruction set must have registers of eight.
    #[inline(always)]
    pub fn of(simd: S, group: Group) -> Vector<S> {
        Vector { simd, lanes: pulp::cast(group.0) }
    }

    /// The lanes of several groups.
    #[inline(always)]
    pub fn all<const N: usize>(simd: S, groups: &[Group; N]) -> [Vector<S>; N] {
        // A closure would be compiled for another instruction set wherever it is not inlined.
        let mut vectors = [Vector::splat(simd, 0.0); N];
        for (vector, group) in vectors.iter_mut().zip(groups) {
            *vector = Vector::of(simd, *group);
        }
        vectors
    }

    /// The same value on every lane.
    #[inline(always)]
    pub fn splat(simd: S, value: f32) -> Vector<S> {
        Vector { simd, lanes: simd.splat_f32s(value) }
    }

    /// The instruction set.
    #[inline(always)]
    pub fn simd(self) -> S {
        self.simd
    }

    /// The same value on every lane of a vector like this one.
    #[inline(always)]
    pub fn like(self, value: f32) -> Vector<S> {
        Vector::splat(self.simd, value)
    }

    /// The lanes as a group.
    #[inline(always)]
    pub fn group(self) -> Group {
        Group(pulp::cast::<S::f32s, [f32; LANES]>(self.lanes))
    }

    /// See [`Group::clamp`].
    #[inline(always)]
    pub fn clamp(self, low: f32, high: f32) -> Vector<S> {
        let (low, high) = (self.like(low), self.like(high));
        let above = low.is_less(self).choose(self, low);
        above.is_less(high).choose(above, high)
    }

    /// See [`crate::dsp::guard::flushed`].
    #[inline(always)]
    pub fn flushed(self) -> Vector<S> {
        self.like(NOTHING).is_less(self.abs()).choose(self, self.like(0.0))
    }

    /// Magnitude of each lane.
    #[inline(always)]
    pub fn abs(self) -> Vector<S> {
        Vector { lanes: self.simd.abs_f32s(self.lanes), ..self }
    }

    /// The greater of each pair of lanes; where either is NaN it may be either.
    #[inline(always)]
    pub fn max(self, other: Vector<S>) -> Vector<S> {
        Vector { lanes: self.simd.max_f32s(self.lanes, other.lanes), ..self }
    }

    /// The lesser of each pair of lanes; where either is NaN it may be either.
    #[inline(always)]
    pub fn min(self, other: Vector<S>) -> Vector<S> {
        Vector { lanes: self.simd.min_f32s(self.lanes, other.lanes), ..self }
    }

    /// Square root of each lane.
    #[inline(always)]
    pub fn sqrt(self) -> Vector<S> {
        Vector { lanes: self.simd.sqrt_f32s(self.lanes), ..self }
    }

    /// Lanes that are less than the other's.
    #[inline(always)]
    pub fn is_less(self, other: Vector<S>) -> Mask<S> {
        Mask { simd: self.simd, lanes: self.simd.less_than_f32s(self.lanes, other.lanes) }
    }
}

/// A choice for each lane of a [`Vector`].
#[derive(Clone, Copy, Debug)]
pub struct Mask<S: Simd> {
    simd: S,
    lanes: S::m32s,
}

impl<S: Simd> Mask<S> {
    /// Lanes of one vector where the mask has them, else of the other.
    #[inline(always)]
    pub fn choose(self, yes: Vector<S>, no: Vector<S>) -> Vector<S> {
        Vector { simd: self.simd, lanes: self.simd.select_f32s(self.lanes, yes.lanes, no.lanes) }
    }
}

impl<S: Simd> Add for Vector<S> {
    type Output = Vector<S>;
    #[inline(always)]
    fn add(self, other: Vector<S>) -> Vector<S> {
        Vector { lanes: self.simd.add_f32s(self.lanes, other.lanes), ..self }
    }
}

impl<S: Simd> Sub for Vector<S> {
    type Output = Vector<S>;
    #[inline(always)]
    fn sub(self, other: Vector<S>) -> Vector<S> {
        Vector { lanes: self.simd.sub_f32s(self.lanes, other.lanes), ..self }
    }
}

impl<S: Simd> Mul for Vector<S> {
    type Output = Vector<S>;
    #[inline(always)]
    fn mul(self, other: Vector<S>) -> Vector<S> {
        Vector { lanes: self.simd.mul_f32s(self.lanes, other.lanes), ..self }
    }
}

impl<S: Simd> Mul<f32> for Vector<S> {
    type Output = Vector<S>;
    #[inline(always)]
    fn mul(self, factor: f32) -> Vector<S> {
        self * self.like(factor)
    }
}

impl<S: Simd> Div for Vector<S> {
    type Output = Vector<S>;
    #[inline(always)]
    fn div(self, other: Vector<S>) -> Vector<S> {
        Vector { lanes: self.simd.div_f32s(self.lanes, other.lanes), ..self }
    }
}
