//! Hiding parts of a Resource: which files show any of them, and what of the replay is left.

use super::refused;
use crate::archive::key_of;
use crate::domain::ResourceRefusal;
use crate::domain::resource::files::MASTER;
use crate::domain::resource::{Part, Resource, playlist, seen};
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

/// Whole segments that a hidden part touches are withheld in each rendition; the first of the master playlist tells the time.
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
    let first = master.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'));
    let first = first.map(|uri| format!("hls/{uri}"));
    let (mut folders, mut renditions, mut timing) = (Vec::new(), Vec::new(), None);
    for file in files.iter().filter(|file| file.name.ends_with(".m3u8") && file.name != MASTER) {
        if first.as_deref() == Some(file.name.as_str()) {
            timing = Some(folders.len());
        }
        folders.push(file.name.rsplit_once('/').map_or("", |(folder, _)| folder));
        renditions.push(playlist::segments(&read(&file.name).await?));
    }
    let gone = playlist::left_out(&renditions, &hidden);
    let cut = timing.and_then(|at| gone.get(at)).map(|gone| seen::united(gone.iter().map(|segment| segment.part())));
    let withheld = folders.iter().zip(&gone);
    let withheld =
        withheld.flat_map(|(folder, gone)| gone.iter().map(move |segment| format!("{folder}/{}", segment.uri)));
    let withheld: Vec<String> = withheld.collect();
    let cut = cut.ok_or_else(|| refused(ResourceRefusal::NoSegments))?;
    Ok(Hiding { hidden, cut, withheld })
}
