#!/usr/bin/env python3
"""Turns the drawings in icons/ into the files that the packagers and the tray load.

    python3 icons/draw.py      needs rsvg-convert (Debian: librsvg2-bin) and Pillow

icon.svg is the application's icon; icon-small.svg the same, redrawn for 48 px and less. The tray's five states are
drawn here, in one colour: black for light panels and as macOS template images, white for dark panels.
"""
import io, pathlib, subprocess
from PIL import Image

HERE = pathlib.Path(__file__).resolve().parent
SMALL = 48

HULL = '<path d="M2.5 13 H19.5 C19.1 16 17.9 18.3 16 19.5 H6 C4.1 18.3 2.9 16 2.5 13 Z"/>'
ARROW = '<path d="M11 1.8 L16.2 7.5 H13 V11.3 H9 V7.5 H5.8 Z"/>'
STATES = {
    "idle": HULL + ARROW,
    # A ring round a smaller boat: something moves.
    "working": '<g transform="translate(11 11.1) scale(.62) translate(-11 -10.7)">' + HULL + ARROW + "</g>"
               '<path d="M11 1.2 A9.8 9.8 0 1 1 1.78 7.68" fill="none" stroke="#000" stroke-width="1.9" stroke-linecap="round"/>',
    "paused": HULL + '<rect x="6.8" y="2.5" width="3" height="8.5" rx=".6"/><rect x="12.2" y="2.5" width="3" height="8.5" rx=".6"/>',
    "attention": HULL + '<path d="M9.3 1.5 H12.7 L12.2 7.6 H9.8 Z"/><circle cx="11" cy="10" r="1.5"/>',
    # Struck through, with a gap so that the line stays visible on one colour.
    "offline": '<mask id="m"><rect width="22" height="22" fill="#fff"/><path d="M1.5 3.5 L18.5 20.5" stroke="#000" stroke-width="4.8"/></mask>'
               '<g mask="url(#m)">' + HULL + ARROW + '</g>'
               '<path d="M2.5 2.5 L19.5 19.5" stroke="#000" stroke-width="1.9" stroke-linecap="round"/>',
}


def render(svg, size):
    png = subprocess.run(["rsvg-convert", "-w", str(size), "-h", str(size)], input=svg.encode(), capture_output=True, check=True)
    return Image.open(io.BytesIO(png.stdout)).convert("RGBA")


def application():
    large, small = (HERE / "icon.svg").read_text(), (HERE / "icon-small.svg").read_text()
    draw = lambda size: render(small if size <= SMALL else large, size)
    for name, size in {"32x32": 32, "64x64": 64, "128x128": 128, "128x128@2x": 256, "256x256": 256, "icon": 512}.items():
        draw(size).save(HERE / f"{name}.png", optimize=True)
    sizes = [16, 24, 32, 48, 64, 256]
    draw(256).save(HERE / "icon.ico", sizes=[(s, s) for s in sizes], append_images=[draw(s) for s in sizes])
    draw(1024).save(HERE / "icon.icns", append_images=[draw(s) for s in (16, 32, 64, 128, 256, 512)])


def tray():
    for state, shape in STATES.items():
        svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 22 22">{shape}</svg>\n'
        (HERE / "tray" / f"{state}.svg").write_text(svg)
        for size in (16, 22, 32, 44):
            black = render(svg, size)
            black.save(HERE / "tray" / f"{state}-{size}.png", optimize=True)
            white = Image.new("RGBA", black.size, (255, 255, 255, 0))
            white.putalpha(black.getchannel("A"))
            white.save(HERE / "tray" / f"{state}-{size}-white.png", optimize=True)


if __name__ == "__main__":
    (HERE / "tray").mkdir(exist_ok=True)
    application()
    tray()
