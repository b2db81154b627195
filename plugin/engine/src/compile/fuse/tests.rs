//! Plans by hand, and what they fuse to.

use super::super::schedule::{self, HANDOFF_NS};
use super::*;
use manycord_modules::dsp::chance;

/// Work from plain numbers: cost in µs and who waits.
fn work(list: &[(f32, &[u32])]) -> Work {
    let cost = |us: f32| Cost { awake: us * 1e3, now: us * 1e3 };
    Work {
        costs: list.iter().map(|(us, _)| cost(*us)).collect(),
        after: list.iter().map(|(_, after)| after.to_vec()).collect(),
    }
}

fn fuse_for(work: &Work, threads: usize) -> Fused {
    fuse(work, threads, &mut Pace::default())
}

/// A random graph of up to 60 components.
fn random(seed: u64) -> Work {
    let word = |place: u64| chance::word(seed, place) >> 8;
    let count = 1 + word(0) % 60;
    let mut work = Work::default();
    for number in 0..count {
        let awake = (1 + word(number * 100 + 1) % 9_000) as f32;
        let asleep = word(number * 100 + 2) % 4 == 0;
        work.costs.push(Cost { awake, now: if asleep { 0.0 } else { awake } });
        let mut after: Vec<u32> = (0..word(number * 100 + 3) % 4)
            .map(|edge| number + 1 + word(number * 100 + 10 + edge) % 12)
            .filter(|&next| next < count)
            .map(|next| next as u32)
            .collect();
        after.sort_unstable();
        after.dedup();
        work.after.push(after);
    }
    work
}

/// The longest path if every component, or task, is handed over.
fn longest_path(costs: &[Cost], after: &[Vec<u32>]) -> f32 {
    let handed = |cost: &Cost| Cost { awake: cost.awake + HANDOFF_NS, now: cost.now };
    let costs: Vec<Cost> = costs.iter().map(handed).collect();
    let schedule = schedule::schedule(&costs, after.to_vec(), 1);
    schedule.paths_ns.into_iter().fold(0.0, f32::max)
}

#[test]
fn every_component_is_in_one_task_behind_what_it_reads() {
    for seed in 0..400 {
        let (work, threads) = (random(seed), 1 + (seed % 9) as usize);
        let fused = fuse_for(&work, threads);
        let mut task_of = vec![usize::MAX; work.costs.len()];
        for (task, parts) in fused.parts.iter().enumerate() {
            assert!(parts.is_sorted(), "seed {seed}");
            for &part in parts {
                assert_eq!(task_of[part as usize], usize::MAX, "seed {seed}: {part} is there twice");
                task_of[part as usize] = task;
            }
        }
        assert!(task_of.iter().all(|&task| task != usize::MAX), "seed {seed}");
        let successors = &fused.schedule.successors;
        for (part, after) in work.after.iter().enumerate() {
            for &next in after {
                let (from, to) = (task_of[part], task_of[next as usize]);
                assert!(from == to || successors[from].contains(&(to as u32)), "seed {seed}");
            }
        }
        let priorities = vec![0; successors.len()];
        assert!(manycord_pool::Graph::new(successors, &priorities).is_ok(), "seed {seed}: a circle");
    }
}

#[test]
fn no_join_makes_a_path_longer_than_the_threads_can_use() {
    for seed in 0..400 {
        let (work, threads) = (random(seed), 2 + (seed % 8) as usize);
        let fused = fuse_for(&work, threads);
        let total: f32 = work.costs.iter().map(|cost| cost.awake).sum();
        let mut drafts = Drafts::of(&work);
        drafts.join_chains();
        drafts.measure();
        let least = drafts.least_time(threads).max(total / threads as f32);
        let limit = longest_path(&work.costs, &work.after).max(least) * 1.0001;
        let sum = |parts: &Vec<u32>| {
            let mut sum = Cost::default();
            parts.iter().for_each(|&part| sum += work.costs[part as usize]);
            sum
        };
        let costs: Vec<Cost> = fused.parts.iter().map(sum).collect();
        let path = longest_path(&costs, &fused.schedule.successors);
        assert!(path <= limit, "seed {seed}: {path} ns, of at most {limit}");
        for load in [fused.schedule.costs.now, fused.schedule.costs.awake] {
            let ends = load.ends_ns * 1.0001;
            assert!(ends >= load.critical_ns && ends >= load.total_ns / threads as f32, "seed {seed}");
        }
    }
}

#[test]
fn a_chain_is_one_task_and_two_effects_stay_two() {
    // notes -> two oscillators -> mixer -> filter, and two dear effects behind it, mixed at the end.
    let patch = work(&[
        (0.7, &[1, 2]),
        (12.0, &[3]),
        (12.0, &[3]),
        (0.4, &[4]),
        (4.0, &[5, 6]),
        (14.0, &[7]),
        (14.0, &[7]),
        (0.4, &[]),
    ]);
    let fused = fuse_for(&patch, 2);
    let task = |part: u32| fused.parts.iter().position(|parts| parts.contains(&part));
    assert_eq!(task(3), task(4));
    assert!(task(5) != task(6) && task(1) != task(2), "{:?}", fused.parts);
    assert!(fused.schedule.costs.now.ends_ns < 0.62 * fused.schedule.costs.now.total_ns);
    assert_eq!(fuse_for(&patch, 1).parts.len(), 1);
}

#[test]
fn cheap_twins_are_one_task_and_dear_ones_stay_two() {
    // A mixer, both sides of an effect, and what they meet in; behind it two meters that share nothing.
    let patch = |side: f32, meter: f32| {
        let patch =
            work(&[(1.0, &[1, 2]), (side, &[3]), (side, &[3]), (5.0, &[4, 5]), (meter, &[]), (meter, &[])]);
        fuse_for(&patch, 4).parts
    };
    assert_eq!(patch(1.5, 0.7), [vec![0, 1, 2, 3, 4, 5]]);
    assert_eq!(patch(9.0, 0.7), [vec![0], vec![1], vec![2], vec![3, 4, 5]]);
    assert_eq!(patch(1.5, 9.0), [vec![0, 1, 2, 3], vec![4], vec![5]]);
}

#[test]
fn many_voices_are_one_task_each_and_the_longest_path_runs_first() {
    let mut list: Vec<(f32, &[u32])> = Vec::new();
    let nexts: Vec<[u32; 3]> = (0..16).map(|voice| [voice * 4 + 1, voice * 4 + 2, voice * 4 + 3]).collect();
    for next in &nexts {
        list.extend([(0.7, &next[..2]), (1.2, &next[2..]), (1.0, &next[2..]), (4.0, &[64][..])]);
    }
    list.extend([(9.0, &[65][..]), (14.0, &[])]);
    let fused = fuse_for(&work(&list), 2);
    assert_eq!(fused.parts.len(), 17, "{:?}", fused.parts);
    assert!(fused.parts.iter().all(|parts| parts.len() == 4 || parts == &[64, 65]));
    let tail = fused.parts.iter().position(|parts| parts == &[64, 65]);
    let paths = &fused.schedule.paths_ns;
    assert!(paths.iter().enumerate().all(|(task, &path)| Some(task) == tail || path > paths[tail.unwrap()]));
}

#[test]
fn voices_that_sleep_are_put_together_as_if_they_played() {
    // Eight groups: notes -> two oscillators and an envelope -> filter -> amplifier, all into one effect.
    let mut list: Vec<(f32, Vec<u32>)> = Vec::new();
    for group in 0..8 {
        let first = group * 6;
        let after: [&[u32]; 6] = [&[1, 2, 3], &[4], &[4], &[4], &[5], &[48 - first]];
        for (cost, after) in [0.3, 1.0, 1.0, 0.4, 5.0, 0.3].into_iter().zip(after) {
            list.push((cost, after.iter().map(|next| first + next).collect()));
        }
    }
    list.push((8.0, Vec::new()));
    let list: Vec<(f32, &[u32])> = list.iter().map(|(cost, after)| (*cost, &after[..])).collect();
    let awake = work(&list);
    let mut asleep = awake.clone();
    asleep.costs[..48].iter_mut().for_each(|cost| cost.now = 0.0);
    let (awake, asleep) = (fuse_for(&awake, 2), fuse_for(&asleep, 2));
    assert_eq!(asleep.parts, awake.parts);
    assert_eq!(awake.parts.len(), 9, "{:?}", awake.parts);
}
