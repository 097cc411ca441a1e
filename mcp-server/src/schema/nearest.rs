//! The name that was probably meant: close enough that nothing else can be, since a hint is followed without a doubt.

use super::snake;

/// The name that was probably meant.
pub fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let known: Vec<(String, &str)> = known.map(|known| (folded(known), known)).collect();
    let sent = folded(name);
    let single = sent.strip_suffix('s').unwrap_or(&sent);
    let has_word = |known: &str| known.split('_').any(|word| word == sent || word == single);
    // `start` means `scheduled_start`, `price` means `unit_price`: a whole word of a name, if only one name has it.
    let mut holding = known.iter().filter(|(known, _)| has_word(known));
    let only = match (holding.next(), holding.next()) {
        (Some((_, only)), None) => Some(*only),
        _ => None,
    };
    let same = known.iter().find(|(known, _)| *known == sent).map(|(_, known)| *known);
    same.or(only)
        .or_else(|| {
            let near = known.iter().filter_map(|(known, name)| Some((misspelt(&sent, known)?, *name)));
            near.min_by_key(|(distance, _)| *distance).map(|(_, name)| name)
        })
        .or_else(|| {
            // `phone_number` means `phone`: all words of a name among others.
            let words: Vec<&str> = sent.split('_').collect();
            let all_there = |known: &str| known.split('_').all(|word| words.contains(&word));
            let held = known.iter().filter(|(known, _)| known != "id" && all_there(known));
            held.max_by_key(|(known, _)| known.len()).map(|(_, name)| *name)
        })
}

/// The word of an enum that was probably meant. An order may be named as SQL does: `created_at desc` is `-created_at`.
pub fn nearest_word<'a>(sent: &str, words: &[&'a str]) -> Option<&'a str> {
    if !words.iter().any(|word| word.starts_with('-')) {
        return nearest(sent, words.iter().copied());
    }
    let lower = sent.to_lowercase();
    let parts = || lower.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|part| !part.is_empty());
    let falls = lower.trim_start().starts_with('-') || parts().any(|part| part.starts_with("desc"));
    let is_direction = |part: &str| part.starts_with("desc") || matches!(part, "asc" | "ascending");
    let names: Vec<&str> = parts().filter(|part| !is_direction(part)).collect();
    // One order at a time: which of several was meant to come first is no guess of ours.
    let [name] = names.as_slice() else { return None };
    let name = nearest(name, words.iter().copied().filter(|word| !word.starts_with('-')))?;
    match falls {
        true => words.iter().copied().find(|word| word.strip_prefix('-') == Some(name)),
        false => Some(name),
    }
}

fn folded(name: &str) -> String {
    snake(name.trim()).replace(['-', ' ', '.'], "_")
}

/// How many slips of a finger make the one of the other; none if they are rather two names.
fn misspelt(sent: &str, known: &str) -> Option<usize> {
    let letters = |text: &str| {
        let mut letters: Vec<char> = text.chars().collect();
        letters.sort_unstable();
        letters
    };
    let length = sent.chars().count().min(known.chars().count());
    let distance = strsim::osa_distance(sent, known);
    let swapped = distance == 1 && letters(sent) == letters(known);
    let close = length > 3 && distance <= (length / 4).min(3) && sent.chars().next() == known.chars().next();
    (swapped || close).then_some(distance)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_mended_and_another_name_is_not() {
        let fields =
            ["first_name", "last_name", "vip", "unit_price", "custom_fields", "tag_ids", "id", "phone"];
        for (sent, meant) in [
            ("frist_name", Some("first_name")),
            ("firstName", Some("first_name")),
            ("vpi", Some("vip")),
            ("price", Some("unit_price")),
            ("tags", Some("tag_ids")),
            ("phone_number", Some("phone")),
            ("customer_id", None),
            ("name", None),
            ("vat", None),
        ] {
            assert_eq!(nearest(sent, fields.into_iter()), meant, "{sent}");
        }
        let states = ["unscheduled", "scheduled", "done", "cancelled"];
        for (sent, meant) in
            [("canceled", Some("cancelled")), ("Done", Some("done")), ("none", None), ("completed", None)]
        {
            assert_eq!(nearest_word(sent, &states), meant, "{sent}");
        }
    }

    #[test]
    fn an_order_keeps_its_direction() {
        let orders = ["relevance", "-created_at", "created_at", "-total", "total"];
        for (sent, meant) in [
            ("created_at desc", Some("-created_at")),
            ("created_at:asc", Some("created_at")),
            ("createdAt", Some("created_at")),
            ("DESC(total)", Some("-total")),
            ("-creatd_at", Some("-created_at")),
            ("created_at desc, total", None),
            ("-relevance", None),
        ] {
            assert_eq!(nearest_word(sent, &orders), meant, "{sent}");
        }
    }
}
