//! Forty Hendersons: what a search for a name must cope with. Each is found by "Henderson".

/// A person's first and last name, or a company's.
pub enum Name {
    /// First and last name; either may be empty.
    Person(&'static str, &'static str),
    /// A company.
    Company(&'static str),
}

use Name::{Company, Person};

/// A Henderson and their language.
pub const HENDERSONS: [(Name, &str); 40] = [
    (Person("Mary", "Henderson"), "en-US"),
    (Person("James", "Henderson"), "en-US"),
    (Person("Robert", "Henderson Jr."), "en-US"),
    (Person("Siobhán", "O'Henderson"), "en-IE"),
    (Person("Patrick", "O’Henderson"), "en-US"),
    (Person("Lucía", "Henderson-Núñez"), "es-MX"),
    (Person("José", "Núñez Henderson"), "es-MX"),
    (Person("Anne-Marie", "Henderson"), "fr-CA"),
    (Person("Jean-Luc", "Henderson-Lefèvre"), "fr-CA"),
    (Person("Zoë", "Henderson"), "en-US"),
    (Person("Björn", "Henderson-Åström"), "sv"),
    (Person("Łukasz", "Henderson"), "pl"),
    (Person("Pieter", "van der Henderson"), "nl"),
    (Person("Nguyễn Thị", "Henderson"), "vi"),
    (Person("Ayşe", "Henderson Yılmaz"), "tr"),
    (Person("DEBORAH", "HENDERSON"), "en-US"),
    (Person("tyler", "henderson"), "en-US"),
    (Person("", "Henderson"), "en-US"),
    (Person("Henderson", "Okoye"), "en-US"),
    (Person("Dr. Ruth", "Henderson (née Abara)"), "en-US"),
    (Person("דוד", "הנדרסון Henderson"), "he"),
    (Person("נועה", "Henderson-לוי"), "he"),
    (Person("عمر", "هندرسون Henderson"), "ar"),
    (Person("لیلا", "Henderson"), "fa"),
    (Person("美玲", "Henderson 亨德森"), "zh-Hant"),
    (Person("健一", "ヘンダーソン Henderson"), "ja"),
    (Person("지우", "헨더슨 Henderson"), "ko"),
    (Person("Ольга", "Хендерсон Henderson"), "ru"),
    (Person("Ελένη", "Henderson"), "el"),
    (Person("สมชาย", "Henderson"), "th"),
    (Person("Sunny ☀️", "Henderson"), "en-US"),
    (Company("Henderson & Sons Plumbing Supply"), "en-US"),
    (Company("The Henderson Group, LLC"), "en-US"),
    (Company("Henderson's Bakery"), "en-US"),
    (Company("Henderson Elementary School"), "en-US"),
    (Company("Henderson+Partners (Architects)"), "en-US"),
    (Company("Henderson 🐝 Honey Co."), "en-US"),
    (Company("Hotel Henderson ★★★"), "en-US"),
    (Company("\"Big Jim\" Henderson's BBQ; est. 1974"), "en-US"),
    (Company("Estate of Eleanor Henderson, c/o Vargas & Weiss"), "en-US"),
];
