//! Content-Disposition: the name under which a browser keeps a file, and whether it shows the file first.

use axum::http::HeaderValue;

/// Longer names are cut: with three bytes a character and three characters a byte the header stays below 1 kB.
const LONGEST_NAME: usize = 80;

/// What a file is called.
#[derive(Debug, Clone, Copy)]
pub(super) struct FileName<'a> {
    /// In ASCII, for programs that know no other names.
    pub(super) plain: &'static str,
    pub(super) name: &'a str,
    /// Of both, without the point.
    pub(super) ending: &'a str,
}

impl FileName<'_> {
    /// To be kept.
    pub(super) fn attachment(self) -> HeaderValue {
        self.disposition("attachment")
    }

    /// To be shown.
    pub(super) fn inline(self) -> HeaderValue {
        self.disposition("inline")
    }

    /// RFC 6266 section 4.3: the name in UTF-8 (RFC 8187 section 3.2), and a plain one for those who do not know that.
    fn disposition(self, kind: &'static str) -> HeaderValue {
        let Self { plain, name, ending } = self;
        let usual = |c: char| !c.is_control() && !"/\\:*?\"<>|".contains(c);
        let name: String = name.chars().map(|c| if usual(c) { c } else { ' ' }).take(LONGEST_NAME).collect();
        let encoded: String = format!("{}.{ending}", name.trim()).bytes().map(encoded).collect();
        let text = format!("{kind}; filename=\"{plain}.{ending}\"; filename*=UTF-8''{encoded}");
        HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(kind))
    }
}

fn encoded(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
        char::from(byte).to_string()
    } else {
        format!("%{byte:02X}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_told_in_utf_8_and_in_ascii() {
        let name = FileName { plain: "report", name: "出席 a~1", ending: "xlsx" };
        let rest = "filename=\"report.xlsx\"; filename*=UTF-8''%E5%87%BA%E5%B8%AD%20a~1.xlsx";
        assert_eq!(name.attachment(), format!("attachment; {rest}"));
        assert_eq!(name.inline(), format!("inline; {rest}"));
    }

    #[test]
    fn a_name_can_not_leave_its_folder_or_its_header() {
        let name = FileName { plain: "report", name: " ../a\r\nb\"; c:\\d ", ending: "csv" };
        let told = "attachment; filename=\"report.csv\"; filename*=UTF-8''..%20a%20%20b%20%3B%20c%20%20d.csv";
        assert_eq!(name.attachment(), told);
    }

    #[test]
    fn a_long_name_is_cut_before_its_ending() {
        let long = "讲".repeat(500);
        let told = FileName { plain: "report", name: &long, ending: "pdf" }.attachment();
        let told = told.to_str().unwrap();
        assert_eq!(told.matches("%E8%AE%B2").count(), LONGEST_NAME);
        assert!(told.ends_with(".pdf") && told.len() < 1024, "{told}");
    }
}
