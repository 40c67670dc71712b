//! The Chinese font of PDF files: the one that was named, else one that the system has.

use krilla::text::{Font, GlyphId};
use skrifa::instance::{LocationRef, Size};
use skrifa::raw::FileRef;
use skrifa::string::StringId;
use skrifa::{FontRef, MetadataProvider as _};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Where Debian, Fedora, Arch, macOS and Windows keep a font with all common 汉字, the best first.
const WELL_KNOWN: &[&str] = &[
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/opentype/noto/NotoSansCJKsc-Regular.otf",
    "/usr/share/fonts/google-noto-sans-cjk-fonts/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/opentype/source-han-sans/SourceHanSansSC-Regular.otf",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
    "/usr/share/fonts/truetype/arphic/uming.ttc",
    "/Library/Fonts/Arial Unicode.ttf",
    "C:\\Windows\\Fonts\\msyh.ttc",
    "C:\\Windows\\Fonts\\simsun.ttc",
];

/// What a font must be able to write, to be taken.
const TRIAL: &str = "出席报告签到核对0123456789";

#[derive(Debug, thiserror::Error)]
pub enum FontError {
    #[error("字体文件 {path} 读不出来")]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("字体文件 {path} 里没有可用的中文字体")]
    NotChinese { path: PathBuf },
}

/// Which font there is; looked for once. The file itself, some 20 MB, is read for each export and let go.
#[derive(Default)]
pub(crate) struct FontPlace(OnceLock<Option<PathBuf>>);

impl FontPlace {
    /// Takes the font that was named.
    pub(crate) fn set(&self, path: PathBuf) -> Result<(), FontError> {
        Typeface::read(&path)?;
        let _first_word_counts = self.0.set(Some(path));
        Ok(())
    }

    pub(crate) fn get(&self) -> Option<&Path> {
        let find = || WELL_KNOWN.iter().map(PathBuf::from).find(|path| path.exists() && Typeface::read(path).is_ok());
        self.0.get_or_init(find).as_deref()
    }
}

/// A font, with how wide its characters are.
pub(super) struct Typeface {
    pub(super) font: Font,
    widths: HashMap<char, (GlyphId, f32)>,
    /// For characters that it does not have.
    missing: (GlyphId, f32),
}

impl Typeface {
    pub(super) fn read(path: &Path) -> Result<Self, FontError> {
        let bytes = std::fs::read(path).map_err(|source| FontError::Unreadable { path: path.to_owned(), source })?;
        Self::of(bytes).ok_or_else(|| FontError::NotChinese { path: path.to_owned() })
    }

    fn of(bytes: Vec<u8>) -> Option<Self> {
        let (index, widths) = {
            let (index, face) = simplified(&bytes)?;
            let (charmap, metrics) = (face.charmap(), face.glyph_metrics(Size::new(1.0), LocationRef::default()));
            let widths = charmap.mappings().filter_map(|(code, glyph)| {
                let character = char::from_u32(code)?;
                Some((character, (GlyphId::new(glyph.to_u32()), metrics.advance_width(glyph)?)))
            });
            (index, widths.collect::<HashMap<_, _>>())
        };
        let missing = widths.get(&'〓').copied().unwrap_or((GlyphId::new(0), 1.0));
        Some(Self { font: Font::new(bytes.into(), index)?, widths, missing })
    }

    /// The glyph, and its width at size 1.
    pub(super) fn glyph(&self, character: char) -> (GlyphId, f32) {
        self.widths.get(&character).copied().unwrap_or(self.missing)
    }

    pub(super) fn width(&self, text: &str, size: f32) -> f32 {
        text.chars().map(|character| self.glyph(character).1).sum::<f32>() * size
    }
}

/// Of a collection the face for mainland China, else the first that can write.
fn simplified(bytes: &[u8]) -> Option<(u32, FontRef<'_>)> {
    let file = FileRef::new(bytes).ok()?;
    let faces = (0_u32..).zip(file.fonts()).filter_map(|(index, face)| Some((index, face.ok()?)));
    let mut able: Vec<(u32, FontRef<'_>)> = faces
        .filter(|(_, face)| {
            let charmap = face.charmap();
            TRIAL.chars().all(|character| charmap.map(character).is_some())
        })
        .collect();
    let at = able.iter().position(|(_, face)| {
        let name = face.localized_strings(StringId::FAMILY_NAME).english_or_first();
        name.is_some_and(|name| name.to_string().ends_with(" SC"))
    });
    (!able.is_empty()).then(|| able.swap_remove(at.unwrap_or(0)))
}
