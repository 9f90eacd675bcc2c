//! PNG copies of pictures, by a renderer that is installed.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Programs that draw SVG with the machine's fonts. One of them inside the example would compile for longer than all the
/// rest, and would bring no fonts.
const RENDERERS: [&str; 3] = ["rsvg-convert", "resvg", "inkscape"];

/// Twice the size of the SVG in pixels.
const ZOOM: &str = "2";

/// A program that is installed, or what to install.
pub(crate) fn renderer() -> Result<&'static str, String> {
    let is_installed = |program: &&str| {
        let mut command = Command::new(program);
        let version =
            command.arg("--version").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        version.status().is_ok_and(|status| status.success())
    };
    RENDERERS.into_iter().find(is_installed).ok_or_else(|| {
        format!(
            "--png needs one of {} (on Debian and Ubuntu: apt install librsvg2-bin)",
            RENDERERS.join(", ")
        )
    })
}

/// Draws a picture beside its SVG.
pub(crate) fn draw(renderer: &str, svg: &Path) -> Result<PathBuf, String> {
    let png = svg.with_extension("png");
    let (from, to) = (svg.as_os_str(), png.as_os_str());
    let arguments: Vec<OsString> = match renderer {
        "resvg" => vec!["--zoom".into(), ZOOM.into(), from.into(), to.into()],
        "inkscape" => vec![from.into(), "--export-dpi=192".into(), "--export-filename".into(), to.into()],
        _ => vec!["--zoom".into(), ZOOM.into(), "--output".into(), to.into(), from.into()],
    };
    match Command::new(renderer).args(arguments).stdin(Stdio::null()).output() {
        Ok(output) if output.status.success() => Ok(png),
        Ok(output) => Err(format!("{renderer}: {}", String::from_utf8_lossy(&output.stderr).trim())),
        Err(error) => Err(format!("{renderer}: {error}")),
    }
}
