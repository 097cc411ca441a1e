//! The catalogue: every entity in documentation order, and every tool, derived.

mod advice;
mod describe;
mod meant;
mod of;
mod tool;

use std::{collections::HashMap, sync::Arc};

use moka::sync::Cache;
use serde_json::{
    Value,
    value::{RawValue, to_raw_value},
};
use shared::{caller::Caller, role::Role, scope::Scopes};

pub use of::{Catalogued, Prepared};
pub use tool::{Tool, Verb};

use crate::entities::{
    catalog_categories::CatalogCategories, catalog_items::CatalogItems, contacts::Contacts,
    customers::Customers, invoices::Invoices, job_series::JobSeries, jobs::Jobs, locations::Locations,
    notes::Notes, plans::Plans, quotes::Quotes, tags::Tags, tax_rates::TaxRates,
};
use crate::{error::Result, schema::Audience};
use of::Of;

/// The entities, in documentation order. Adding one is one line here.
static ENTITIES: &[&dyn Catalogued] = &[
    &Of::<Customers>::NEW,
    &Of::<Contacts>::NEW,
    &Of::<Locations>::NEW,
    &Of::<Tags>::NEW,
    &Of::<Notes>::NEW,
    &Of::<Jobs>::NEW,
    &Of::<JobSeries>::NEW,
    &Of::<Invoices>::NEW,
    &Of::<Quotes>::NEW,
    &Of::<CatalogItems>::NEW,
    &Of::<CatalogCategories>::NEW,
    &Of::<Plans>::NEW,
    &Of::<TaxRates>::NEW,
];

/// How the names of tools are spelled: some chat clients refuse dots.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Spelling {
    /// `customers.search`
    Dot,
    /// `customers_search`
    Underscore,
}

impl Spelling {
    /// A tool's name so spelled.
    pub fn spell(self, name: &str) -> String {
        match self {
            Spelling::Dot => name.to_owned(),
            Spelling::Underscore => name.replace('.', "_"),
        }
    }

    /// Who asks for it: underscores are the chats' form.
    pub fn audience(self) -> Audience {
        match self {
            Spelling::Dot => Audience::All,
            Spelling::Underscore => Audience::Chat,
        }
    }
}

/// Which part of the catalogue a connection shows, by its URL's query.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Selection {
    /// These entities alone; none: all.
    pub toolsets: Option<Vec<String>>,
    /// The reading tools alone.
    pub readonly: bool,
}

/// All tools, and the ways to find one.
pub struct Catalog {
    tools: Vec<Tool>,
    by_name: HashMap<String, usize>,
    lists: Cache<Asking, Arc<RawValue>>,
}

/// All that a list of tools depends on.
#[derive(PartialEq, Eq, Hash)]
struct Asking {
    scopes: Scopes,
    by_a_person: bool,
    role: Option<Role>,
    selection: Selection,
    spelling: Spelling,
}

/// How many lists are kept: callers choose their toolsets, so there is no end of them.
const KEPT_LISTS: u64 = 200;

impl Catalog {
    /// Derives every tool from the entities.
    pub fn new() -> anyhow::Result<Self> {
        let mut tools = Vec::with_capacity(ENTITIES.len() * 5);
        for entity in ENTITIES {
            for verb in Verb::ALL {
                tools.push(Tool::new(*entity, verb)?);
            }
        }
        let names = |(n, tool): (usize, &Tool)| {
            [(tool.name.clone(), n), (tool.name_spelled(Spelling::Underscore), n)]
        };
        let by_name = tools.iter().enumerate().flat_map(names).collect();
        Ok(Self { tools, by_name, lists: Cache::new(KEPT_LISTS) })
    }

    /// Every tool, in order.
    pub fn tools(&self) -> &[Tool] {
        &self.tools
    }

    /// The entities themselves, in order.
    pub fn each_entity(&self) -> impl Iterator<Item = &'static dyn Catalogued> + use<> {
        ENTITIES.iter().copied()
    }

    /// The names of the entities, which are also the names of the toolsets.
    pub fn entities(&self) -> impl Iterator<Item = &'static str> {
        ENTITIES.iter().map(|entity| entity.name())
    }

    /// The tool of this name, in either spelling, if the selection shows it.
    pub fn find(&self, name: &str, selection: &Selection) -> Option<&Tool> {
        self.by_name.get(name).map(|&n| &self.tools[n]).filter(|tool| tool.is_in(selection))
    }

    /// The tool that a name was probably meant to be, if the selection shows it.
    pub fn meant(&self, name: &str, selection: &Selection) -> Option<&Tool> {
        let shown = self.tools.iter().filter(|tool| tool.is_in(selection));
        meant::tool(name, shown)
    }

    /// The tools that this caller can call, as the array that tools/list tells: written once for all who ask alike.
    pub fn told_to(
        &self,
        caller: &Caller,
        selection: &Selection,
        spelling: Spelling,
    ) -> Result<Arc<RawValue>> {
        let asking = Asking {
            scopes: caller.scopes,
            by_a_person: caller.user_id().is_some(),
            role: caller.role,
            selection: selection.clone(),
            spelling,
        };
        if let Some(list) = self.lists.get(&asking) {
            return Ok(list);
        }
        let shown = self.tools.iter().filter(|tool| tool.is_in(selection) && tool.is_open_to(caller));
        let list: Vec<&RawValue> = shown.map(|tool| tool.told(spelling)).collect();
        let list: Arc<RawValue> = to_raw_value(&list).map_err(shared::error::Error::internal)?.into();
        self.lists.insert(asking, list.clone());
        Ok(list)
    }
}

/// The whole catalogue as a table: for `zoop tools` and the docs.
pub fn table(catalog: &Catalog) -> Vec<Value> {
    catalog.tools().iter().map(Tool::row).collect()
}
