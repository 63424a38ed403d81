//! Invented names, and numbers from ranges that no real line uses.

use rand::Rng;
use rand::rngs::SmallRng;

const GIVEN: [&str; 36] = [
    "Aoife",
    "Björn",
    "Chloé",
    "Đorđe",
    "Émilie",
    "Françoise",
    "Grzegorz",
    "Håkon",
    "İpek",
    "Jürgen",
    "Kateřina",
    "Łucja",
    "Małgorzata",
    "Nuño",
    "Ørjan",
    "Paweł",
    "Quentin",
    "Renée",
    "Søren",
    "Thérèse",
    "Ülle",
    "Vítor",
    "Wiebke",
    "Xènia",
    "Yiğit",
    "Zoë",
    "Amara",
    "Ben",
    "Chidi",
    "Dana",
    "Eli",
    "Farah",
    "Grace",
    "Hugo",
    "Ines",
    "Jonas",
];

const FAMILY: [&str; 34] = [
    "O'Dálaigh",
    "Ångström-Lind",
    "d'Aubigny",
    "Çelikkaya",
    "Dvořáčková",
    "Eriksmoen",
    "Fußmann",
    "García Olmo",
    "Høyland",
    "İnönlü",
    "Jönsmark",
    "Königsfeld",
    "Łąkowski",
    "Müllerberg",
    "Nuñezal",
    "O'Farrelly",
    "Pospíchalík",
    "Quarrington",
    "Rømersholt",
    "Šimončič",
    "Tōyamada",
    "Ůhelný",
    "van der Meersch",
    "Wójtkiewicz",
    "Yıldırmaz",
    "Žofínský",
    "Abernathy-Cole",
    "Bello",
    "Castellane",
    "Drummondby",
    "Eastlake",
    "Fairweather",
    "Greenhalgh",
    "Holloway",
];

/// People with one name only.
const ONE_NAME: [&str; 6] = [
    "Suryanti",
    "Wahyudin",
    "Teonilla",
    "Prathibha",
    "Zubaydah",
    "Kelsang",
];

/// Job titles with their department.
pub(crate) const TITLES: [(&str, &str); 8] = [
    ("Practice Manager", "Administration"),
    ("Accountant", "Finance"),
    ("Payroll Clerk", "Finance"),
    ("Sales Representative", "Sales"),
    ("Warehouse Lead", "Operations"),
    ("Engineer", "Operations"),
    ("Receptionist", "Administration"),
    ("Managing Director", "Management"),
];

/// Shared mailboxes and rooms.
pub(crate) const SHARED: [&str; 6] = ["Accounts", "Info", "Sales", "Support", "Bookings", "Press"];
pub(crate) const ROOMS: [&str; 5] = [
    "Room Oak",
    "Room Birch",
    "Board Room",
    "Room Zürich",
    "Van 3",
];

pub(crate) fn pick<'a, T>(rng: &mut SmallRng, from: &'a [T]) -> &'a T {
    from.get(rng.random_range(0..from.len()))
        .expect("the list is not empty")
}

/// A given name and, but for one in thirty, a family name.
pub(crate) fn full(rng: &mut SmallRng) -> (String, Option<String>) {
    if rng.random_range(0..30) == 0 {
        return ((*pick(rng, &ONE_NAME)).to_owned(), None);
    }
    ((*pick(rng, &GIVEN)).to_owned(), Some(family(rng)))
}

pub(crate) fn family(rng: &mut SmallRng) -> String {
    (*pick(rng, &FAMILY)).to_owned()
}

/// A mobile number of a range kept for fiction (Ofcom, Arcep).
pub(crate) fn mobile(rng: &mut SmallRng) -> String {
    let line = rng.random_range(0..1000);
    match rng.random_range(0..3) {
        0 => format!("+44 7700 900{line:03}"),
        1 => format!("07700 900{line:03}"),
        _ => format!("+33 6 39 98 {:02} {:02}", line / 10, line % 100),
    }
}

/// A desk number of a range kept for fiction (Ofcom, NANP, Arcep).
pub(crate) fn desk(rng: &mut SmallRng) -> String {
    let line = rng.random_range(0..100);
    match rng.random_range(0..3) {
        0 => format!("+44 20 7946 0{:03}", line + 100),
        1 => format!("(206) 555-01{line:02}"),
        _ => format!("+33 1 99 00 {line:02} {line:02}"),
    }
}

/// The part of an address before the `@`: letters without marks, joined by dots.
pub(crate) fn local_part(name: &str) -> String {
    let mut out = String::new();
    for letter in name.chars().flat_map(char::to_lowercase) {
        match letter {
            'a'..='z' | '0'..='9' => out.push(letter),
            ' ' | '-' | '.' => out.push('.'),
            other => out.push_str(plain(other)),
        }
    }
    out.trim_matches('.').to_owned()
}

fn plain(letter: char) -> &'static str {
    match letter {
        'á' | 'å' | 'ä' | 'à' | 'ą' | 'ã' | 'â' => "a",
        'ç' | 'č' | 'ć' => "c",
        'đ' | 'ď' => "d",
        'é' | 'è' | 'ê' | 'ě' | 'ë' | 'ę' => "e",
        'ğ' => "g",
        'í' | 'ı' | 'ï' | 'î' => "i",
        'ł' => "l",
        'ñ' | 'ń' | 'ň' => "n",
        'ó' | 'ö' | 'ø' | 'ō' | 'ô' => "o",
        'ř' => "r",
        'š' | 'ś' => "s",
        'ß' => "ss",
        'ü' | 'ú' | 'ů' | 'û' => "u",
        'ý' => "y",
        'ž' | 'ź' | 'ż' => "z",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn addresses_are_plain_letters_whatever_the_name() {
        assert_eq!(local_part("Đorđe Łąkowski"), "dorde.lakowski");
        assert_eq!(local_part("Síofra O'Dálaigh"), "siofra.odalaigh");
        assert_eq!(local_part("İpek Fußmann"), "ipek.fussmann");
        let mut rng = SmallRng::seed_from_u64(1);
        for _ in 0..500 {
            let (given, family) = full(&mut rng);
            let local = local_part(&format!("{given} {}", family.unwrap_or_default()));
            assert!(local.len() > 1 && local.is_ascii(), "{local}");
        }
    }
}
