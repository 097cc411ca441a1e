//! The statements of lists as they were run on this thread: for tests that ask the databases how they go about them.

use std::cell::RefCell;

use shared::db::Bind;

thread_local! {
    static STATEMENTS: RefCell<Vec<(String, Vec<Bind>)>> = const { RefCell::new(Vec::new()) };
}

/// Remembers one.
pub fn remember(sql: &str, binds: &[Bind]) {
    STATEMENTS.with_borrow_mut(|statements| statements.push((sql.to_owned(), binds.to_vec())));
}

/// Those since the last time.
pub fn take() -> Vec<(String, Vec<Bind>)> {
    STATEMENTS.take()
}
