//! Folds text into tokens once, for rows and for queries alike: no database folds it its own way.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Text as it is compared: NFKD, without marks, in lower case; letters whose stroke Unicode counts as part of them are
/// written as people type them without.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.nfkd().filter(|&c| !is_combining_mark(c)).flat_map(char::to_lowercase) {
        match c {
            'ø' => folded.push('o'),
            'ł' => folded.push('l'),
            'đ' | 'ð' => folded.push('d'),
            'ħ' => folded.push('h'),
            'ŧ' => folded.push('t'),
            'ı' => folded.push('i'),
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'þ' => folded.push_str("th"),
            // A mark that lower-casing brings forth (İ) goes too.
            c if is_combining_mark(c) => {}
            c => folded.push(c),
        }
    }
    folded
}

/// Text folded for ordering: white space is one space.
pub fn sort_key(text: &str) -> String {
    fold(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The words of a text. Scripts that write no spaces become pairs of characters.
pub fn tokens(text: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    for word in fold(text).split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        let mut plain = String::new();
        let mut run = Vec::new();
        for c in word.chars() {
            if is_unspaced(c) {
                flush_plain(&mut plain, &mut tokens);
                run.push(c);
            } else {
                flush_run(&mut run, &mut tokens);
                plain.push(c);
            }
        }
        flush_plain(&mut plain, &mut tokens);
        flush_run(&mut run, &mut tokens);
    }
    tokens
}

/// What a person typed to find a phone number: one token of its digits; none if it is not one.
pub fn phone_token(query: &str) -> Option<String> {
    let digits: String = query.chars().filter(char::is_ascii_digit).collect();
    let only_phone = query.chars().all(|c| c.is_ascii_digit() || " ()+-./".contains(c));
    (only_phone && digits.len() >= 7).then_some(digits)
}

/// A token longer than this is cut: nobody types more, and an index page stays an index page.
const LONGEST: usize = 40;

fn flush_plain(word: &mut String, tokens: &mut Vec<String>) {
    if !word.is_empty() {
        tokens.push(std::mem::take(word).chars().take(LONGEST).collect());
    }
}

/// `山田太郎` becomes 山田, 田太, 太郎 and 郎, so that any part of it is found by a whole token or a prefix.
fn flush_run(run: &mut Vec<char>, tokens: &mut Vec<String>) {
    for start in 0..run.len() {
        tokens.push(run[start..run.len().min(start + 2)].iter().collect());
    }
    run.clear();
}

fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}'
        | '\u{1100}'..='\u{11ff}' | '\u{0e00}'..='\u{0eff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_marks_case_and_width() {
        assert_eq!(tokens("Henderson-Núñez & ŁÓDŹ"), ["henderson", "nunez", "lodz"]);
        assert_eq!(tokens("ＨＥＮ　ﬁx"), ["hen", "fix"]);
        assert_eq!(tokens("山田太郎様 Ltd"), ["山田", "田太", "太郎", "郎様", "様", "ltd"]);
        assert_eq!(tokens("c++ \" OR * ' --"), ["c", "or"]);
        assert_eq!(sort_key("  Ünal   A "), "unal a");
        assert_eq!(tokens("Sørensen Ayşe Yılmaz İnci Groß"), ["sorensen", "ayse", "yilmaz", "inci", "gross"]);
    }

    #[test]
    fn knows_a_phone_number_however_it_is_typed() {
        assert_eq!(phone_token("(512) 555-0123").as_deref(), Some("5125550123"));
        assert_eq!(phone_token("555-01"), None);
        assert_eq!(phone_token("5550123 Main"), None);
    }
}
