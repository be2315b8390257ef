"""The applications as one that can be installed: a manifest, a service worker, a page for when there is no network.

Switched off, the address of the service worker has one that removes itself, wherever it was installed before.
"""

from pathlib import Path

from torque.server.static import StaticSite

FOLDER = Path(__file__).with_name("pwa")
HEAD = (
    b'<link rel="manifest" href="/app/manifest.webmanifest" />'
    b'<link rel="apple-touch-icon" href="/app/icon-192.png" />'
    b'<script src="/app/pwa.js" defer></script>'
)


def app_site(folder: Path, *, installable: bool, frames: str = "") -> StaticSite:
    """Return the front end of the applications, below /app/.

    Parameters
    ----------
    folder
        Its built files.
    installable
        Whether it can be installed: `frontend.enable_pwa`.
    frames
        Origin that frames in its pages may come from besides ours: `server.apps_origin`.
    """
    if installable:
        return StaticSite(folder, "/app/", more=FOLDER / "on", head=HEAD, frames=frames)
    return StaticSite(folder, "/app/", more=FOLDER / "off", frames=frames)
