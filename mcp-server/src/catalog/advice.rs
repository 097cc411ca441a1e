//! What is told beside a refusal of arguments: what else is wrong with them, and the call that was probably meant.

use serde_json::{Map, Value, json};
use shared::tenant_tx::TenantTx;

use super::{Tool, Verb};
use crate::{entity::By, error::Error, schema, verbs};

impl Tool {
    /// The refusal of these arguments with all that a look at the account adds to it.
    pub async fn advise(&self, refusal: Error, args: &Map<String, Value>, tx: &mut TenantTx) -> Error {
        let more = match self.verb {
            Verb::First | Verb::Get => vec![],
            Verb::Create | Verb::Update | Verb::Fifth => match self.entity.misnamed(args, tx).await {
                Ok(issues) => issues,
                Err(error) => return error,
            },
        };
        if !more.is_empty() {
            // Whatever is mended, the call would be refused.
            return refusal.and_issues(more);
        }
        match self.meant(args, &tx.tenant().currency) {
            Some((tool, args)) => refusal.then_call(&tool, args),
            None => refusal,
        }
    }

    /// The call that was probably meant, if following it leads on.
    fn meant(&self, args: &Map<String, Value>, currency: &str) -> Option<(String, Value)> {
        if matches!(self.verb, Verb::Create | Verb::Update) && self.asks_for_the_fifth(args) {
            let id = args.get("id").filter(|_| self.verb == Verb::Update)?;
            let tool = format!("{}.{}", self.entity.name(), self.entity.fifth().as_str());
            return Some((tool, json!({"id": id})));
        }
        let meant = self.schema.repaired(args, currency)?;
        let says_nothing = self.verb == Verb::Update && verbs::changes_nothing(&meant);
        (!says_nothing).then(|| (self.name.clone(), meant.into()))
    }

    /// Whether the call asks for a state that only the fifth verb sets.
    fn asks_for_the_fifth(&self, args: &Map<String, Value>) -> bool {
        let moves = self.entity.moves();
        let by = |kind: By| moves.iter().filter(move |(_, _, by)| *by == kind).map(|(_, to, _)| *to);
        let asked = args.get("status").and_then(Value::as_str);
        let state = asked.and_then(|asked| schema::nearest(asked, by(By::Patch).chain(by(By::Fifth))));
        state.is_some_and(|state| by(By::Fifth).any(|to| to == state) && by(By::Patch).all(|to| to != state))
    }
}
