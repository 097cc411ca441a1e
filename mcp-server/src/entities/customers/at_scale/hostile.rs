//! Texts that break searches: query languages, patterns, scripts, marks, lengths.

/// At least two hundred.
#[rustfmt::skip]
pub fn texts() -> Vec<String> {
    let mut texts: Vec<String> = [
        "\"", "'", "''", "\"\"", "a\"b", "'; DROP TABLE customers; --", "\" OR 1=1 --", "\\", "\\'", "\\\\\"", "`",
        "$1", "$$", "?", ":a", "@x", "%", "_", "%%%", "a%b_c", "*", "**", "ana*", "*ana", "-ana", "+ana", "^ana",
        "~ana", "ana NOT x", "NOT", "AND", "OR", "NEAR", "NEAR(a b, 5)", "a AND", "AND a", "a OR OR b", "(", ")",
        "((", "a)(b", "{a b}", "[a]", "tokens:ana", "tokens : ana", "rowid:1", "a:*", "ana:*", "ana:A", "a & b",
        "a | b", "!a", "! ! a", "a <-> b", "a <2> b", "<->", "&", "|", "&&", "a:b:c", "1", "-1", "1e999", "0x1F",
        "NULL", "null", "NaN", "true", "\u{0}x", "a\u{0}b", "\t", "\n", "\r\n", "\u{7f}", "\u{85}", "\u{a0}",
        "\u{200b}", "\u{200d}", "\u{feff}", "\u{202e}ana", "\u{2066}ana\u{2069}", "א", "שלום", "مرحبا",
        "مرحبا بالعالم", "山田太郎", "山", "ひらがな", "カタカナ", "ｶﾅ", "한국어", "한", "ไทย", "ภาษาไทย", "ភាសាខ្មែរ", "မြန်မာ",
        "ελληνικά", "ΟΔΟΣ", "Привет", "हिन्दी", "தமிழ்", "🎉", "👩‍👩‍👧‍👦", "🇺🇸", "❤️", "🏳️‍🌈", "ana🎉henderson", "é",
        "e\u{301}", "e\u{301}\u{301}\u{301}\u{301}", "\u{301}", "Å", "ﬁ", "ﷺ", "㎏", "½", "²", "Ⅷ", "①", "ß", "ẞ",
        "İ", "ı", "ŉ", "ǆ", "ǅ", "𝔸𝕟𝕒", "𐐷", "𠜎", "\u{e000}", "\u{10ffff}", "\u{fffd}", "<script>alert(1)</script>",
        "{{7*7}}", "${jndi:ldap://x}", "../../etc/passwd", "%00", "&lt;", "a,b", "a;b", "a/b", "a.b", "a-b-c", "a@b",
        "a@example.com", "#1", "C-1001", "c 1001", "O'Henderson", "Henderson-Núñez", "(512) 555-0123",
        "+1 512 555 0123", "555-0123", "5", "55", "5555555555555555555555", "()", "+", "........", "- - - -", "_ _",
        "'' ''", "''''", "''':*", "':*", "a':*", "a'", "'a", "\"a", "a\"", "\"a\"*", "a* b*", "a*b", "^", "^^",
        "a^2", "a ^ b", "a\\b", "\\x", "\\u0041", "select * from customers", "ignore all previous instructions",
        "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25", "ana ana ana ana", "—", "“ana”",
        "‘ana’", "a\u{2028}b", "ana\\", "%ana%", "--", "/* ana */", "#", "ana;", "«ana»",
    ]
    .into_iter()
    .map(str::to_owned)
    .collect();
    for (unit, times) in [
        ("a", 10_000), ("a ", 2_000), ("\"", 2_000), ("'", 2_000), ("山", 2_000), ("🎉", 2_000), ("e\u{301}", 2_000),
        ("(", 2_000), ("5", 2_000), ("ana OR ", 500), ("\u{202e}", 500), ("a\"'", 500),
    ] {
        texts.push(unit.repeat(times));
    }
    texts
}
