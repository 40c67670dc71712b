//! Pages of marks as a PDF file, with the characters that are used of the font.

use super::font::Typeface;
use super::layout::{self, HEIGHT, Mark, QR, QR_AT, WIDTH};
use super::{Paper, PdfError, Seal};
use crate::domain::Time;
use krilla::Document;
use krilla::action::{Action, LinkAction};
use krilla::annotation::{LinkAnnotation, Target};
use krilla::color::rgb;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::{DateTime, Metadata};
use krilla::page::PageSettings;
use krilla::paint::{Fill, Stroke};
use krilla::surface::Surface;
use krilla::text::KrillaGlyph;
use qrcode::{Color, EcLevel, QrCode};

pub(super) fn document(papers: &[(Paper, Seal)], typeface: &Typeface) -> Result<Vec<u8>, PdfError> {
    let mut document = Document::new();
    if let Some((paper, seal)) = papers.first() {
        document.set_metadata(metadata(paper, seal));
    }
    for (paper, seal) in papers {
        add(&mut document, paper, seal, typeface)?;
    }
    document.finish().map_err(|error| PdfError::Document(format!("{error:?}")))
}

fn add(document: &mut Document, paper: &Paper, seal: &Seal, typeface: &Typeface) -> Result<(), PdfError> {
    let code = QrCode::with_error_correction_level(&seal.url, EcLevel::M)?;
    for (at, marks) in layout::pages(paper, seal, typeface).iter().enumerate() {
        let size = PageSettings::from_wh(WIDTH, HEIGHT).ok_or_else(|| PdfError::Document("page size".into()))?;
        let mut page = document.start_page_with(size);
        let mut surface = page.surface();
        marks.iter().for_each(|mark| draw(&mut surface, mark, typeface));
        if at == 0 {
            qr(&mut surface, &code);
        }
        surface.finish();
        if let Some(rect) = Rect::from_xywh(QR_AT.0, QR_AT.1, QR, QR).filter(|_| at == 0) {
            let target = Target::Action(Action::Link(LinkAction::new(seal.url.clone())));
            page.add_annotation(LinkAnnotation::new(rect, target).into());
        }
        page.finish();
    }
    Ok(())
}

fn metadata(paper: &Paper, seal: &Seal) -> Metadata {
    Metadata::new()
        .title(format!("{} {}", paper.heading, paper.title))
        .creator("讲台".to_owned())
        .language("zh-CN".to_owned())
        .document_id(seal.code.to_string())
        .creation_date(date(seal.made_at))
}

fn date(at: Time) -> DateTime {
    let text = at.to_string();
    let part = |from: usize, to: usize| text[from..to].parse::<u8>().unwrap_or(0);
    DateTime::new(text[..4].parse().unwrap_or(0))
        .month(part(5, 7))
        .day(part(8, 10))
        .hour(part(11, 13))
        .minute(part(14, 16))
        .second(part(17, 19))
        .utc_offset_hour(8)
        .utc_offset_minute(0)
}

fn fill((red, green, blue): (u8, u8, u8)) -> Fill {
    Fill { paint: rgb::Color::new(red, green, blue).into(), ..Fill::default() }
}

fn draw(surface: &mut Surface<'_>, mark: &Mark, typeface: &Typeface) {
    match mark {
        Mark::Box { at, size, color } => rectangle(surface, *at, *size, *color),
        Mark::Text { at, size, color, strong, text } => {
            surface.set_fill(Some(fill(*color)));
            // The one weight that is embedded gets an outline where it should be heavier.
            let paint = rgb::Color::new(color.0, color.1, color.2).into();
            surface.set_stroke(strong.then(|| Stroke { paint, width: size * 0.025, ..Stroke::default() }));
            let glyphs: Vec<KrillaGlyph> = text
                .char_indices()
                .map(|(from, character)| {
                    let (glyph, width) = typeface.glyph(character);
                    KrillaGlyph::new(glyph, width, 0.0, 0.0, 0.0, from..from + character.len_utf8(), None)
                })
                .collect();
            surface.draw_glyphs(Point::from_xy(at.0, at.1), &glyphs, typeface.font.clone(), text, *size, false);
            surface.set_stroke(None);
        }
    }
}

fn rectangle(surface: &mut Surface<'_>, at: (f32, f32), size: (f32, f32), color: (u8, u8, u8)) {
    let Some(rect) = Rect::from_xywh(at.0, at.1, size.0, size.1) else { return };
    let mut path = PathBuilder::new();
    path.push_rect(rect);
    if let Some(path) = path.finish() {
        surface.set_fill(Some(fill(color)));
        surface.draw_path(&path);
    }
}

/// One path of all dark modules, so that no hairlines show between them.
#[expect(clippy::cast_precision_loss, reason = "a QR code has at most 177 modules")]
fn qr(surface: &mut Surface<'_>, code: &QrCode) {
    let width = code.width();
    let module = QR / width as f32;
    let mut path = PathBuilder::new();
    for (at, _) in code.to_colors().into_iter().enumerate().filter(|(_, color)| *color == Color::Dark) {
        let (x, y) = ((at % width) as f32, (at / width) as f32);
        if let Some(rect) = Rect::from_xywh(QR_AT.0 + x * module, QR_AT.1 + y * module, module, module) {
            path.push_rect(rect);
        }
    }
    if let Some(path) = path.finish() {
        surface.set_fill(Some(fill((0, 0, 0))));
        surface.draw_path(&path);
    }
}
