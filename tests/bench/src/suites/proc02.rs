//! Every row of the worker pool's specification, `tests/specs/PROC-02_worker_pool_assignment.feature`.

use anyhow::Result;

use crate::heap;
use crate::proc02::{Effort, ROWS, bound};
use crate::rows::Rows;

/// Measures row by row.
pub fn run(rows: &mut Rows) -> Result<()> {
    heap::count();
    let effort = if rows.quick { Effort::Quick } else { Effort::Full };
    for row in ROWS {
        rows.note(row.name);
        for figure in (row.measure)(effort)? {
            let bound = bound(figure.metric);
            rows.add(&figure.case, figure.metric, figure.value, bound.unit, bound.target);
        }
    }
    Ok(())
}
