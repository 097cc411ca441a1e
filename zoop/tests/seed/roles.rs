//! Who made and who changed each record: somebody whom the tools let do it.

/// Somebody in the office, or an owner.
const OFFICE: &str = "m.role IN ('owner', 'office')";
/// Nobody else may do what is theirs.
const OWNER: &str = "m.role = 'owner'";
/// Zoop itself makes and changes what recurs.
const ZOOP: &str = "{by} ->> 'type' = 'system'";
/// A tech, on a job that is assigned to them.
const ASSIGNED: &str = "m.role = 'tech' AND EXISTS (SELECT 1 FROM job_assignees a \
                        WHERE a.tenant_id = t.tenant_id AND a.job_id = {job} AND a.user_id = m.user_id)";

/// For each table and each of its two actors, the statement that counts the records which they could not have written.
pub fn breaches() -> Vec<(String, String)> {
    let (on_job, on_note) = (ASSIGNED.replace("{job}", "t.id"), ASSIGNED.replace("{job}", "t.job_id"));
    let zoop = |when: &str| format!("{ZOOP} AND {when}");
    let tables: [(&str, &[&str]); 13] = [
        ("tags", &[OFFICE]),
        ("tax_rates", &[OFFICE]),
        ("catalog_categories", &[OFFICE]),
        // Costs are for owners alone.
        ("catalog_items", &[OWNER, "m.role = 'office' AND t.cost IS NULL AND t.markup_millionths IS NULL"]),
        ("customers", &[OFFICE]),
        ("contacts", &[OFFICE]),
        ("locations", &[OFFICE]),
        ("quotes", &[OWNER]),
        ("job_series", &[OFFICE, ZOOP]),
        ("jobs", &[OFFICE, &on_job, &zoop("t.series_id IS NOT NULL")]),
        ("plans", &[OFFICE, ZOOP]),
        ("invoices", &[OFFICE, &zoop("t.plan_id IS NOT NULL")]),
        ("notes", &[OFFICE, &on_note]),
    ];
    let mut breaches = Vec::new();
    for (table, allowed) in tables {
        for by in ["t.created_by", "t.updated_by"] {
            let allowed = allowed.join(") OR (").replace("{by}", by);
            let sql = format!(
                "SELECT COUNT(*) FROM {table} t LEFT JOIN members m ON m.tenant_id = t.tenant_id \
                 AND m.user_id = ({by} ->> 'id') WHERE NOT COALESCE(({allowed}), FALSE)"
            );
            breaches.push((format!("{table}: {by} is somebody who may"), sql));
        }
    }
    breaches.push((
        "a note's author is who wrote it".to_owned(),
        "SELECT COUNT(*) FROM notes WHERE author_id <> (created_by ->> 'id')".to_owned(),
    ));
    breaches
}
