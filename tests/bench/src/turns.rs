//! Contestants take turns, so that what disturbs the machine disturbs all of them alike.

/// Lets each contestant run once per round, forwards and backwards in turn. Returns what each of them gave.
pub fn take_turns<T, const N: usize>(
    rounds: usize,
    contestants: &mut [&mut dyn FnMut() -> T; N],
) -> [Vec<T>; N] {
    let mut results = [const { Vec::new() }; N];
    for round in 0..rounds {
        for place in 0..N {
            let place = if round % 2 == 0 { place } else { N - 1 - place };
            results[place].push(contestants[place]());
        }
    }
    results
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;

    #[test]
    fn nobody_is_always_first() {
        let order = RefCell::new(Vec::new());
        let contestant = |number: usize| {
            let order = &order;
            move || {
                order.borrow_mut().push(number);
                number
            }
        };
        let results = take_turns(2, &mut [&mut contestant(1), &mut contestant(2)]);
        assert_eq!(results, [[1, 1], [2, 2]]);
        assert_eq!(*order.borrow(), [1, 2, 2, 1]);
    }
}
