#!/usr/bin/env python3
"""Draws the sample shoot (tests/sample-shoot): every picture is computed, none is taken from anywhere.

    python3 tests/sample-shoot.py      needs numpy, Pillow and ffmpeg; same seed, same scenes

The files are committed; run this only to change them.
"""
import pathlib, shutil, subprocess, unicodedata
import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

OUT = pathlib.Path(__file__).resolve().parent / "sample-shoot"
W, H = 1500, 1000


def noise(w, h, cells, octaves, rng, gain=0.5):
    """Smooth fractal noise in 0..1."""
    total, amount, size = np.zeros((h, w)), 1.0, cells
    for _ in range(octaves):
        grid = rng.random((max(2, int(size * h / w) + 2), int(size) + 2)).astype(np.float32)
        layer = Image.fromarray(grid, "F").resize((w, h), Image.BICUBIC)
        total += amount * np.asarray(layer)
        amount, size = amount * gain, size * 2
    return (total - total.min()) / (total.max() - total.min())


def ridge(w, cells, octaves, rng, gain=0.5):
    """A mountain line: fractal noise along one row, 0..1."""
    line, amount, size = np.zeros(w), 1.0, cells
    for _ in range(octaves):
        points = rng.random(int(size) + 2)
        x = np.linspace(0, size, w)
        i = x.astype(int)
        f = x - i
        line += amount * (points[i] * (1 - f) + points[np.minimum(i + 1, len(points) - 1)] * f)
        amount, size = amount * gain, size * 2
    return (line - line.min()) / (line.max() - line.min())


def gradient(w, h, stops):
    """A vertical gradient through (position, colour) stops."""
    y = np.linspace(0, 1, h)
    pos = [p for p, _ in stops]
    chan = [np.interp(y, pos, [c[k] for _, c in stops]) for k in range(3)]
    return np.repeat(np.stack(chan, -1)[:, None, :], w, axis=1)


def mix(base, colour, alpha):
    return base * (1 - alpha[..., None]) + np.asarray(colour, float) * alpha[..., None]


def grain(img, rng, strength=2.2, vignette=0.28):
    h, w, _ = img.shape
    y, x = np.mgrid[-1:1:h * 1j, -1:1:w * 1j]
    img = img * (1 - vignette * np.clip((x * x + y * y) / 2, 0, 1) ** 1.5)[..., None]
    soft = np.asarray(Image.fromarray(rng.normal(0, 1, (h // 2, w // 2)).astype(np.float32), "F").resize((w, h), Image.BILINEAR))
    return Image.fromarray(np.clip(img + soft[..., None] * strength, 0, 255).astype(np.uint8))


def mountains(seed, stops, sun, near, far, layers=6, horizon=0.42, mist=(250, 236, 220)):
    """Ridges one behind the other, paler with distance."""
    rng = np.random.default_rng(seed)
    img = gradient(W, H, stops)
    y, x = np.mgrid[0:H, 0:W]
    d = np.hypot(x - sun[0] * W, y - sun[1] * H)
    img += np.exp(-d / 190)[..., None] * np.array([95, 70, 30]) + (1 / (1 + np.exp((d - 34) / 2)))[..., None] * 90
    clouds = noise(W, H, 5, 6, rng) * np.clip(1 - y / (H * 0.6), 0, 1)
    img = mix(img, (255, 244, 232), np.clip(clouds * 1.5 - 0.62, 0, 0.42))
    for k in range(layers):
        t = k / (layers - 1)
        top = H * (horizon + 0.47 * t) - ridge(W, 3 + 2 * t, 9, rng, 0.52) * H * (0.24 - 0.07 * t)
        colour = np.array(far) * (1 - t) + np.array(near) * t
        inside = np.clip(y - top[None, :], 0, 1.5) / 1.5
        rock = 1 + (noise(W, H, 30, 5, rng, 0.6) - 0.5) * 0.5 * (0.25 + t)
        haze = np.clip((y - top[None, :]) / (H * 0.30), 0, 1)[..., None] * (1 - t) * 0.75
        body = colour[None, None, :] * rock[..., None]
        body = body * (1 - haze) + np.array(mist, float) * haze
        img = img * (1 - inside[..., None]) + body * inside[..., None]
    return grain(img, rng)


def boat(draw, cx, y, s, hull=(22, 40, 52), light=(255, 214, 140)):
    """A car ferry from the side."""
    p = lambda *pts: [(cx + a * s, y + b * s) for a, b in pts]
    draw.polygon(p((-100, -14), (104, -14), (84, 12), (-86, 12)), fill=hull)
    draw.polygon(p((-100, -14), (104, -14), (102, -9), (-99, -9)), fill=(214, 226, 226))
    draw.polygon(p((-74, -36), (62, -36), (70, -14), (-78, -14)), fill=(196, 208, 210))
    draw.polygon(p((-30, -52), (44, -52), (50, -36), (-36, -36)), fill=(214, 222, 222))
    draw.polygon(p((-12, -76), (4, -76), (8, -52), (-16, -52)), fill=(17, 126, 130))
    for k in range(-66, 58, 12):
        draw.rectangle(p((k, -30), (k + 6, -23)), fill=light)
    for k in range(-22, 42, 10):
        draw.rectangle(p((k, -47), (k + 5, -42)), fill=light)


def harbour(w, h, seed, phase=0.0, at=0.42):
    """Dusk over water, with a ferry; `phase` moves the waves, `at` the boat."""
    rng = np.random.default_rng(seed)
    line = int(h * 0.56)
    img = gradient(w, h, [(0, (38, 54, 96)), (0.28, (132, 104, 138)), (0.46, (240, 152, 112)), (0.56, (255, 205, 140)), (1, (20, 34, 58))])
    y, x = np.mgrid[0:h, 0:w]
    sx, sy = 0.70 * w, 0.515 * h
    d = np.hypot(x - sx, y - sy)
    img += np.exp(-d / (0.11 * w))[..., None] * np.array([80, 62, 20]) + (1 / (1 + np.exp((d - 0.022 * w) / (0.0012 * w))))[..., None] * 70
    flat = noise(w // 4, h, 3, 6, rng).astype(np.float32)
    streak = np.asarray(Image.fromarray(flat, "F").resize((w, h), Image.BICUBIC))
    img = mix(img, (92, 62, 92), np.clip(streak * 1.7 - 0.75, 0, 0.55) * (y < line))
    for k, c in enumerate([(128, 92, 112), (86, 66, 92), (48, 46, 72)]):
        top = line - ridge(w, 4 + 2 * k, 8, rng, 0.48) * h * (0.13 - 0.036 * k) * (0.5 + 0.5 * np.cos(np.linspace(0.2 + k, 3.4 + k, w)) ** 2)
        img = mix(img, c, np.clip(y - top[None, :], 0, 1) * (y < line))
    depth = np.clip((y - line) / (h - line), 0.0001, 1)
    mirror = np.clip(2 * line - y, 0, h - 1)
    swell = (np.sin((x / w * 60 + phase) / (0.25 + depth * 0.9) + y * 0.55) + np.sin(x / w * 23 - phase * 0.7 + 30 / (depth + 0.06))) * depth
    rows = np.clip(mirror - (swell * 14 * h / 1000).astype(int), 0, h - 1)
    water = img[rows, x] * 0.72 + np.array([8, 20, 34])
    glint = np.exp(-((x - sx) / (w * (0.018 + 0.075 * depth))) ** 2) * np.clip(np.sin(90 / (depth + 0.12) + swell * 3.0 + np.sin(x / w * 140 + phase) * 1.4), 0, 1)
    water += glint[..., None] * np.array([150, 100, 52]) * (1 - depth * 0.5)[..., None]
    img = np.where((y >= line)[..., None], water, img)
    pic = Image.fromarray(np.clip(img, 0, 255).astype(np.uint8))
    layer = Image.new("RGBA", (w * 2, h * 2))
    boat(ImageDraw.Draw(layer), at * w * 2, (line + 0.028 * h) * 2, w / 760)
    layer = layer.resize((w, h), Image.LANCZOS)
    base = line + int(0.037 * h)
    shade = layer.transpose(Image.FLIP_TOP_BOTTOM).filter(ImageFilter.GaussianBlur(w / 500))
    shade.putalpha(shade.getchannel("A").point(lambda a: int(a * 0.42)))
    pic.paste(shade, (0, 2 * base - h), shade)
    pic.paste(layer, (0, 0), layer)
    return grain(np.asarray(pic, float), rng, 1.8, 0.2)


def fog_forest(seed, w=900, h=1300):
    """Trunks fading into fog; upright format."""
    rng = np.random.default_rng(seed)
    img = gradient(w, h, [(0, (214, 224, 218)), (0.55, (232, 236, 226)), (0.8, (178, 186, 160)), (1, (92, 98, 70))])
    y, x = np.mgrid[0:h, 0:w]
    for layer in range(7):
        t = layer / 6
        colour = np.array((198, 208, 202)) * (1 - t) + np.array((38, 40, 34)) * t
        ground = h * (0.62 + 0.30 * t) + (ridge(w, 4, 6, rng) - 0.5) * 40
        for _ in range(int(15 - 10 * t)):
            cx, width = rng.random() * w, 5 + 44 * t ** 1.7 * (0.7 + 0.6 * rng.random())
            lean = (rng.random() - 0.5) * 0.06
            wob = (ridge(h, 5, 5, rng) - 0.5) * width * 0.7
            centre = cx + (y[:, 0] - h) * lean + wob
            half = width * (0.42 + 0.16 * y[:, 0] / h + 0.5 * np.exp((y[:, 0] - ground.mean()) / 60).clip(0, 0.8))
            edge = np.clip(half[:, None] - np.abs(x - centre[:, None]) + 0.5, 0, 1) * (y < ground[None, :])
            side = 1 - 0.42 * np.clip((x - centre[:, None]) / np.maximum(half[:, None], 1), -1, 1)
            bark = 1 + (noise(w // 3, h // 8, 60, 3, rng) - 0.5) * 0.55 * t
            bark = np.asarray(Image.fromarray(bark.astype(np.float32), "F").resize((w, h)))
            img = img * (1 - edge[..., None]) + (colour * (side * bark)[..., None]) * edge[..., None]
        moss = np.clip((y - ground[None, :]) / 6, 0, 1)
        leaf = (noise(w, h, 60, 5, rng, 0.7) - 0.5)
        floor = np.array((190, 198, 176)) * (1 - t) + np.array((78, 84, 46)) * t
        img = img * (1 - moss[..., None]) + (floor * (1 + leaf * (0.2 + 0.9 * t))[..., None]) * moss[..., None]
        fog = np.clip(noise(w, h, 3, 4, rng) * 1.1 - 0.25, 0, 1) * (1 - t) * 0.5
        img = mix(img, (226, 232, 226), fog)
    y0, x0 = np.mgrid[0:h, 0:w]
    img += np.exp(-np.hypot((x0 - w * 0.62) / 260, (y0 - h * 0.24) / 420) ** 2)[..., None] * np.array([30, 26, 10])
    return grain(img, rng, 2.0, 0.3)


def coast(seed):
    """From above: fractal land with hill shading, surf and sea."""
    rng = np.random.default_rng(seed)
    z = noise(W, H, 3, 9, rng, 0.52)
    z = z - 0.47 + 0.16 * np.sin(np.linspace(0, 3, W))[None, :] - 0.10
    gy, gx = np.gradient(z * 620)
    light = np.clip((-gx * 0.55 - gy * 0.62 + 1) / np.sqrt(1 + gx ** 2 + gy ** 2), 0.15, 1.7)
    stops = [-0.5, -0.16, -0.04, -0.006, 0.004, 0.02, 0.07, 0.16, 0.30, 0.5]
    ramp = [(6, 40, 66), (10, 66, 92), (26, 122, 134), (120, 190, 184), (232, 220, 186), (196, 182, 128), (96, 122, 66), (70, 94, 54), (122, 112, 92), (232, 232, 230)]
    img = np.stack([np.interp(z, stops, [c[k] for c in ramp]) for k in range(3)], -1)
    land = np.clip(z / 0.006, 0, 1)[..., None]
    img = img * (land * (0.35 + 0.65 * light[..., None]) + (1 - land) * (0.97 + 0.03 * light[..., None]))
    surf = np.exp(-((z + 0.004 + 0.004 * noise(W, H, 60, 3, rng)) / 0.0035) ** 2) * np.clip(noise(W, H, 40, 4, rng) * 2 - 0.55, 0, 1)
    return grain(mix(img, (250, 252, 250), surf * 0.9), rng, 1.6, 0.15)


def aurora(seed):
    """Night sky over snow."""
    rng = np.random.default_rng(seed)
    img = gradient(W, H, [(0, (6, 10, 28)), (0.5, (10, 30, 52)), (0.7, (22, 56, 66)), (1, (30, 60, 70))])
    y, x = np.mgrid[0:H, 0:W]
    for _ in range(620):
        sx, sy, b = rng.integers(1, W - 1), rng.integers(1, int(H * 0.68)), rng.random() ** 3
        img[sy, sx] += 60 + 190 * b
        if b > 0.4:
            img[sy - 1:sy + 2, sx - 1:sx + 2] += 70 * b
    for k in range(4):
        path = H * (0.50 - 0.07 * k) + (ridge(W, 2.2, 3, rng, 0.35) - 0.5) * H * 0.34
        path = np.convolve(np.pad(path, 60, "edge"), np.ones(121) / 121, "valid")
        rays = np.convolve(np.pad(ridge(W, 70, 4, rng, 0.7), 3, "edge"), np.ones(7) / 7, "valid")
        height = path[None, :] - y
        glow = np.where(height > 0, np.exp(-height / (60 + 150 * rays[None, :])), np.exp(height / 14)) * (0.25 + 0.75 * rays[None, :])
        violet = np.clip(height / 340, 0, 1)[..., None]
        img += glow[..., None] * (np.array((46, 205, 136)) * (1 - violet) + np.array((128, 66, 168)) * violet) * (0.62 - 0.1 * k)
    far = H * 0.72 - ridge(W, 5, 8, rng, 0.5) * H * 0.16
    snow = noise(W, H, 18, 6, rng, 0.6)
    img = np.where((y > far[None, :])[..., None], np.array((34, 66, 82)) * (0.55 + 0.8 * snow)[..., None], img)
    plain = H * 0.72 + (ridge(W, 3, 4, rng, 0.4) - 0.5) * 26
    field = np.array((74, 124, 132)) * (0.78 + 0.3 * snow * np.clip((y - plain) / 280, 0.2, 1))[..., None]
    img = np.where((y > plain[None, :])[..., None], field * (1.05 - 0.5 * np.clip((y - plain) / (H * 0.3), 0, 1))[..., None], img)
    return grain(img, rng, 2.6, 0.3)


def packshot(w, h, colour, seed):
    """A glazed vase on a studio sweep: a surface of revolution, lit by a soft box."""
    s = 2
    W2, H2 = w * s, h * s
    y, x = np.mgrid[0:H2, 0:W2].astype(float)
    img = gradient(W2, H2, [(0, (222, 226, 226)), (0.62, (240, 242, 241)), (0.72, (226, 229, 229)), (1, (206, 210, 211))])
    top, bottom, cx = H2 * 0.16, H2 * 0.80, W2 * 0.5
    keys = np.array([0, 0.04, 0.10, 0.20, 0.38, 0.58, 0.78, 0.93, 1.0])
    wide = np.array([0.10, 0.085, 0.066, 0.070, 0.155, 0.215, 0.185, 0.115, 0.10]) * H2
    rows = np.linspace(0, 1, int(bottom - top))
    radius = np.convolve(np.pad(np.interp(rows, keys, wide), 30, "edge"), np.ones(61) / 61, "valid")
    r = np.zeros(H2)
    r[int(top):int(top) + len(radius)] = radius
    slope = np.gradient(r)
    shadow = np.exp(-((x - cx - W2 * 0.07) / (W2 * 0.20)) ** 2 - ((y - bottom) / (H2 * 0.022)) ** 2)
    img = img * (1 - 0.62 * shadow[..., None])
    u = (x - cx) / np.maximum(r[:, None], 1)
    inside = np.clip((r[:, None] - np.abs(x - cx)) / 2, 0, 1)
    u = np.clip(u, -1, 1)
    nz = np.sqrt(1 - u * u)
    ny = -slope[:, None] * 0.9
    n = np.sqrt(u * u + nz * nz + ny * ny)
    lam = np.clip((u * -0.55 + nz * 0.62 - ny * 0.45) / n, 0, 1)
    band = np.exp(-((u + 0.52) / 0.10) ** 2) * (0.35 + 0.65 * np.clip(np.sin((y - top) / (bottom - top) * 3.1), 0, 1))
    rim = np.exp(-((u - 0.86) / 0.07) ** 2) * 0.30
    body = np.array(colour, float) * (0.26 + 0.92 * lam)[..., None] + (band * 0.75 + rim)[..., None] * np.array([235, 242, 244])
    rng = np.random.default_rng(seed)
    glaze = 1 + (noise(W2, H2, 30, 5, rng) - 0.5) * 0.10
    body *= glaze[..., None]
    img = img * (1 - inside[..., None]) + body * inside[..., None]
    pic = Image.fromarray(np.clip(img, 0, 255).astype(np.uint8))
    mouth = Image.new("L", (W2, H2))
    ImageDraw.Draw(mouth).ellipse([cx - radius[0] * 0.97, top - H2 * 0.016, cx + radius[0] * 0.97, top + H2 * 0.016], fill=255)
    pic.paste(Image.new("RGB", (W2, H2), tuple(int(c * 0.30) for c in colour)), (0, 0), mouth)
    return pic.resize((w, h), Image.LANCZOS)


def contact_sheet(pictures):
    """The chosen pictures on one page, as a PNG."""
    page = Image.new("RGB", (900, 640), (247, 248, 247))
    d = ImageDraw.Draw(page)
    font = lambda size, bold=False: ImageFont.truetype(f"DejaVuSans{'-Bold' if bold else ''}.ttf", size)
    d.text((40, 30), "Spring shoot", font=font(34, True), fill=(20, 50, 54))
    d.text((40, 76), "Contact sheet · Ferry sample shoot", font=font(15), fill=(90, 106, 108))
    for k, (name, pic) in enumerate(pictures):
        px, py = 40 + (k % 3) * 280, 120 + (k // 3) * 250
        thumb = pic.convert("RGB").copy()
        thumb.thumbnail((260, 190))
        page.paste(thumb, (px + (260 - thumb.width) // 2, py + (190 - thumb.height) // 2))
        d.text((px, py + 198), name, font=font(13), fill=(60, 76, 78))
    return page


def film(path, seconds=5, fps=24, w=640, h=360):
    size = ["-s", f"{w}x{h}", "-r", str(fps)]
    pipe = subprocess.Popen(
        ["ffmpeg", "-y", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "rgb24", *size, "-i", "-",
         "-c:v", "libx264", "-preset", "veryslow", "-crf", "27", "-pix_fmt", "yuv420p", "-movflags", "+faststart", str(path)],
        stdin=subprocess.PIPE)
    for k in range(seconds * fps):
        t = k / (seconds * fps)
        pipe.stdin.write(np.asarray(harbour(w, h, 7, phase=t * 18, at=0.24 + 0.30 * t).convert("RGB")).tobytes())
    pipe.stdin.close()
    if pipe.wait():
        raise SystemExit("ffmpeg failed")


XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmp:Rating="4" xmp:Label="Green">
   <dc:title><rdf:Alt><rdf:li xml:lang="x-default">Dawn over the ridges</rdf:li></rdf:Alt></dc:title>
   <dc:subject><rdf:Bag><rdf:li>mountains</rdf:li><rdf:li>dawn</rdf:li><rdf:li>Frühling</rdf:li></rdf:Bag></dc:subject>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>
"""

SHOTS = """file,title,photographer,keywords
IMG_0412.jpg,Dawn over the ridges,Ferry sample,mountains;dawn
IMG_0413.jpg,Coast from above,Ferry sample,coast;aerial
Hafen bei Dämmerung.jpg,Harbour at dusk,Ferry sample,harbour;ferry
"""


def main():
    shutil.rmtree(OUT, ignore_errors=True)
    selects, night, shots = OUT / "Selects", OUT / "Selects" / "Night", OUT / "Packshots"
    for folder in (selects, night, shots):
        folder.mkdir(parents=True, exist_ok=True)

    dusk = harbour(W, H, 7)
    dawn = mountains(21, [(0, (84, 120, 176)), (0.3, (176, 178, 196)), (0.5, (250, 204, 160)), (1, (250, 214, 178))],
                     (0.33, 0.36), near=(24, 36, 44), far=(156, 150, 170))
    land, trees, sky = coast(5), fog_forest(11), aurora(9)
    green, blue = packshot(760, 900, (22, 118, 112), 3), packshot(420, 500, (44, 74, 138), 4)

    nfd = unicodedata.normalize("NFD", "Bäume im Nebel.jpg")
    photo = dict(quality=82, optimize=True, progressive=True)
    dusk.save(OUT / "Hafen bei Dämmerung.jpg", **photo)
    trees.save(OUT / nfd, **photo)
    film(OUT / "⛴️ Crossing 🎬.mp4")
    (OUT / "Shot list.csv").write_text(SHOTS, encoding="utf-8")
    (OUT / "Notes (empty).txt").write_bytes(b"")
    (OUT / ".DS_Store").write_bytes(b"\0\0\0\1Bud1" + bytes(24))
    dawn.save(selects / "IMG_0412.jpg", **photo)
    (selects / "IMG_0412.xmp").write_text(XMP, encoding="utf-8")
    land.save(selects / "IMG_0413.jpg", **photo)
    sky.save(night / "Aurora, 2 a.m..webp", quality=80, method=6)
    green.save(shots / "Vase 01 – grün.jpg", quality=88, optimize=True)
    blue.save(shots / "Vase 02 – blau.tif", compression="tiff_adobe_deflate")
    contact_sheet([("Hafen bei Dämmerung", dusk), ("IMG_0412", dawn), ("IMG_0413", land), ("Bäume im Nebel", trees),
                   ("Aurora, 2 a.m.", sky), ("Vase 01", green)]).save(OUT / "Contact sheet.png", optimize=True)


if __name__ == "__main__":
    main()
