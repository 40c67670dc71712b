//! Hiding parts of a Resource: which files show any of them, and what of the replay is left.

use super::refused;
use crate::archive::key_of;
use crate::domain::ResourceRefusal;
use crate::domain::resource::files::MASTER;
use crate::domain::resource::playlist::{self, Segment};
use crate::domain::resource::{Part, Resource, seen};
use crate::http::error::ApiError;
use crate::http::shapes::ResourceChange;
use crate::http::state::AppState;
use crate::store;
use crate::store::resource::Hiding;

/// The parts to be hidden after the change: trimming hides the beginning and the end. None when the change says nothing of them.
pub(super) fn asked(one: &Resource, form: &ResourceChange) -> Result<Option<Vec<Part>>, ApiError> {
    if form.from_ms.is_none() && form.to_ms.is_none() && form.hidden.is_none() {
        return Ok(None);
    }
    let mut hidden: Vec<Part> = form.hidden.iter().flatten().copied().map(Part::from).collect();
    let whole = one.duration_ms.unwrap_or(0);
    hidden.extend(form.from_ms.filter(|at| *at > 0).map(|to_ms| Part { from_ms: 0, to_ms }));
    hidden.extend(form.to_ms.filter(|at| *at < whole).map(|from_ms| Part { from_ms, to_ms: whole }));
    Ok(Some(one.check_hidden(&hidden)?))
}

/// A media playlist of the Resource.
struct Rendition {
    /// Of the file.
    name: String,
    segments: Vec<Segment>,
}

impl Rendition {
    fn folder(&self) -> &str {
        self.name.rsplit_once('/').map_or("", |(folder, _)| folder)
    }
}

/// Whole segments that a hidden part touches are withheld in each rendition; the best picture tells the time. Smaller ones of which
/// something else would go are withheld whole.
pub(super) async fn hiding(app: &AppState, one: &Resource, hidden: Vec<Part>) -> Result<Hiding, ApiError> {
    if hidden.is_empty() {
        return Ok(Hiding::default());
    }
    let files = store::resource::files(&app.store, one.id).await?;
    let read = async |name: &str| -> Result<String, ApiError> {
        let bytes = app.library.storage.read_all(&key_of(one.id, name)).await?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    };
    if !files.iter().any(|file| file.name == MASTER) {
        return Err(refused(ResourceRefusal::NoSegments));
    }
    let master = read(MASTER).await?;
    let variants: Vec<String> = playlist::variants(&master).map(|uri| format!("hls/{uri}")).collect();
    let (mut best, mut smaller, mut others) = (None, Vec::new(), Vec::new());
    for file in files.iter().filter(|file| file.name.ends_with(".m3u8") && file.name != MASTER) {
        let found = Rendition { name: file.name.clone(), segments: playlist::segments(&read(&file.name).await?) };
        match variants.iter().position(|name| *name == file.name) {
            Some(0) => best = Some(found),
            Some(_) => smaller.push(found),
            None => others.push(found),
        }
    }
    let best = best.ok_or_else(|| refused(ResourceRefusal::NoSegments))?;
    let without = left_out([&best].into_iter().chain(&others), &hidden);
    let cut = time_of(&without[0]);
    let mut kept: Vec<&Rendition> = [&best].into_iter().chain(&others).collect();
    let mut withheld = Vec::new();
    for small in &smaller {
        let together = left_out(kept.iter().copied().chain([small]), &hidden);
        let fits =
            time_of(&together[0]) == cut && together.last().is_some_and(|gone| playlist::fit(&cut, &time_of(gone)));
        if fits {
            kept.push(small);
        } else {
            withheld.push(small.name.clone());
            withheld.extend(small.segments.iter().map(|segment| format!("{}/{}", small.folder(), segment.uri)));
        }
    }
    for (rendition, gone) in kept.iter().zip(left_out(kept.iter().copied(), &hidden)) {
        withheld.extend(gone.iter().map(|segment| format!("{}/{}", rendition.folder(), segment.uri)));
    }
    Ok(Hiding { hidden, cut, withheld })
}

fn left_out<'a>(renditions: impl Iterator<Item = &'a Rendition>, hidden: &[Part]) -> Vec<Vec<Segment>> {
    let segments: Vec<Vec<Segment>> = renditions.map(|one| one.segments.clone()).collect();
    playlist::left_out(&segments, hidden).into_iter().map(|gone| gone.into_iter().cloned().collect()).collect()
}

/// When that is.
fn time_of(gone: &[Segment]) -> Vec<Part> {
    seen::united(gone.iter().map(Segment::part))
}
