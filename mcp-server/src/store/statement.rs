//! Conditions, composed from constants; what callers send stands in the values alone.

use shared::{db::Bind, permit::Reach, tenant_tx::TenantTx};

use crate::entity::Entity;

/// The condition of a statement over one entity's table, with its values. `$1` is the tenant.
#[derive(Clone, Debug)]
pub struct Where {
    sql: String,
    binds: Vec<Bind>,
}

impl Where {
    /// All rows of the transaction's tenant that are in its reach.
    pub fn in_reach<E: Entity>(tx: &TenantTx) -> Self {
        let mut condition =
            Self { sql: format!("{}.tenant_id = $1", E::TABLE), binds: vec![tx.tenant_id().into()] };
        if let (Reach::AssignedTo(user), Some(reach)) = (tx.reach(), E::REACH) {
            condition.and(reach, [Bind::from(user)]);
        }
        condition
    }

    /// All rows of another table that are the transaction's tenant's.
    pub fn of_table(table: &str, tx: &TenantTx) -> Self {
        Self { sql: format!("{table}.tenant_id = $1"), binds: vec![tx.tenant_id().into()] }
    }

    /// Adds a condition; each `?` in it stands for one value, in order.
    pub fn and(&mut self, condition: &str, binds: impl IntoIterator<Item = Bind>) {
        self.sql.push_str(" AND ");
        let mut binds = binds.into_iter();
        for (n, piece) in condition.split('?').enumerate() {
            if n > 0
                && let Some(bind) = binds.next()
            {
                let mark = self.value(bind);
                self.sql.push_str(&mark);
            }
            self.sql.push_str(piece);
        }
    }

    /// Adds a condition with one value, where there is one.
    pub fn and_if(&mut self, condition: &str, value: Option<impl Into<Bind>>) {
        if let Some(value) = value {
            self.and(condition, [value.into()]);
        }
    }

    /// `column IN (…)`. Lists as arrays differ between the databases, this does not.
    pub fn any_of(&mut self, column: &str, values: impl IntoIterator<Item = Bind>) {
        let marks = self.marks(values);
        if marks.is_empty() {
            self.sql.push_str(" AND 1 = 0");
        } else {
            self.sql.push_str(&format!(" AND {column} IN ({marks})"));
        }
    }

    /// `$n, $m, …` for these values.
    pub fn marks(&mut self, values: impl IntoIterator<Item = Bind>) -> String {
        values.into_iter().map(|bind| self.value(bind)).collect::<Vec<_>>().join(", ")
    }

    /// Adds a value; answers how the statement names it.
    pub fn value(&mut self, bind: Bind) -> String {
        self.binds.push(bind);
        format!("${}", self.binds.len())
    }

    /// Adds text that holds marks already.
    pub fn push(&mut self, sql: &str) {
        self.sql.push_str(sql);
    }

    /// The condition's text.
    pub fn sql(&self) -> &str {
        &self.sql
    }

    /// The values.
    pub fn into_binds(self) -> Vec<Bind> {
        self.binds
    }
}
