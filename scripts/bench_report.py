#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Puts the JSON of `make bench` into README.md, between the lines
`<!-- bench -->` and `<!-- /bench -->`, and draws it, and its second file, of
elements and pool, between `<!-- bench-elements -->` and `<!-- /bench-elements -->`;
or that of `make bench-gpu` between `<!-- bench-gpu -->` and `<!-- /bench-gpu -->`.

    scripts/bench_report.py BENCH.json README.md CHART.svg [BENCH-ELEMENTS.json]
    scripts/bench_report.py BENCH-GPU.json README.md
"""

import json
import math
import sys
from xml.sax.saxutils import escape

COLORS = {
    "ours": "#1f77b4",
    "libyuv": "#ff7f0e",
    "OpenCV": "#2ca02c",
    "swscale fast_bilinear": "#9467bd",
    "swscale bilinear, area": "#c5b0d5",
    "videoconvertscale": "#d62728",
    "memcpy": "#bbbbbb",
}
BAR, GAP, LEFT, WIDTH, TOP = 11, 12, 250, 520, 56
LOWEST_MS = 0.01


def length(ms, longest):
    """Of a bar, logarithmic from 0.01 ms on."""
    scale = math.log10(longest / LOWEST_MS)
    return max(1.0, math.log10(max(ms, LOWEST_MS) / LOWEST_MS) / scale * WIDTH)


def chart(bench):
    jobs = bench["jobs"]
    longest = max(t["median"] for job in jobs for t in job["times"]) * 1.3
    parts, y = [], TOP
    for x, (peer, color) in enumerate(COLORS.items()):
        left = 10 + x % 4 * 210
        top = 10 + x // 4 * 18
        parts.append(
            f'<rect x="{left}" y="{top}" width="11" height="11" fill="{color}"/>'
            f'<text x="{left + 16}" y="{top + 10}">{escape(peer)}</text>'
        )
    for job in jobs:
        height = BAR * len(job["times"])
        parts.append(
            f'<text x="{LEFT - 8}" y="{y + height / 2 + 4}" text-anchor="end">'
            f'{escape(job["job"] + " " + job["what"])}</text>'
        )
        for t in job["times"]:
            w = length(t["median"], longest)
            parts.append(
                f'<rect x="{LEFT}" y="{y}" width="{w:.1f}" height="{BAR - 2}" '
                f'fill="{COLORS[t["peer"]]}"/>'
                f'<text x="{LEFT + w + 4:.1f}" y="{y + BAR - 2}" '
                f'font-size="9">{t["median"]:.3f}</text>'
            )
            y += BAR
        y += GAP
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDTH + 70}" '
        f'height="{y + 24}" font-family="sans-serif" font-size="11">\n'
        '<rect width="100%" height="100%" fill="white"/>\n'
        + "\n".join(parts)
        + f'\n<text x="{LEFT}" y="{y + 10}">median CPU ms, one thread, '
        "logarithmic: shorter is faster</text>\n</svg>\n"
    )


def cell(t):
    text = f"{t['best']:.3f} / {t['median']:.3f}"
    if t["peer"] != "memcpy":
        text += f", {t['psnr']:.1f} dB" if "psnr" in t else ", exact"
    return text


def table(bench):
    peers = [p for p in COLORS
             if any(t["peer"] == p for j in bench["jobs"] for t in j["times"])]
    lines = [
        f"{bench['processor']}, {bench['cores']} cores with a load of "
        f"{bench['load']}, kernels `{bench['kernels']}`, "
        f"{bench['gstreamer']}, {bench['compiler']}; {bench['rounds']} rounds.",
        "",
        "| job | " + " | ".join(peers) + " | ours / fastest peer |",
        "|---" * (len(peers) + 2) + "|",
    ]
    for job in bench["jobs"]:
        times = {t["peer"]: t for t in job["times"]}
        rivals = [t for p, t in times.items() if p not in ("ours", "memcpy")]
        best = min(rivals, key=lambda t: t["median"])
        ratio = times["ours"]["median"] / best["median"]
        cells = [cell(times[p]) if p in times else "-" for p in peers]
        lines.append(f"| {job['job']}: {job['what']} | " + " | ".join(cells)
                     + f" | {ratio:.2f} ({best['peer']}) |")
    return "\n".join(lines + threads_table(bench))


def threads_table(bench):
    rows = bench.get("threads", [])
    if not rows:
        return []
    lines = [
        "",
        "| job | threads | `n-threads`, wall ms | side by side | share |",
        "|---" * 5 + "|",
    ]
    for row in rows:
        pairs = [(row[k]["best"], row[k]["median"]) for k in ("together", "apart")]
        pairs.append(tuple(a / t for t, a in zip(*pairs)))
        lines.append(f"| {row['job']} | {row['threads']} | "
                     + " | ".join("{:.3f} / {:.3f}".format(*p) for p in pairs[:2])
                     + " | {:.2f} / {:.2f} |".format(*pairs[2]))
    return lines


def elements_table(rows):
    lines = [
        "| what | unit | ours | beside | result | budget |",
        "|---" * 6 + "|",
    ]
    for row in rows:
        lines.append(f"| {row['what']} | {row['unit']} | {row['ours']:.2f} | "
                     f"{row['beside']:.2f} | {row['result']:.2f} | "
                     f"{row['budget']} |")
    return "\n".join(lines)


def gpu_row(job):
    """Of the table of make bench-gpu."""
    ours, copy, peer = job["ours"], job["copy"], job.get("peer")
    cells = [job["job"], str(job["batch"])]
    cells.append(" / ".join(f"{ours[k]:.2f}" for k in ("device", "queued", "waited"))
                 + f" / {ours['cpu']:.1f}")
    if peer:
        cells.append(
            " / ".join(f"{peer[k]:.2f}" for k in ("device", "queued", "waited"))
            + f" / {peer['cpu']:.1f}")
        cells.append(f"{ours['queued'] / peer['waited']:.2f} / "
                     f"{ours['queued'] / peer['queued']:.2f} / "
                     f"{ours['waited'] / peer['waited']:.2f}")
    else:
        cells += ["-", "-"]
    cells.append(f"{copy['device']:.2f}")
    cells.append(f"{ours['device'] / copy['device']:.2f}")
    rate = job["megabytes"] / ours["device"]
    copy_rate = 2 * job["copy_megabytes"] / copy["device"]
    cells.append(f"{job['megabytes']:.2f}, {100 * rate / copy_rate:.0f} %")
    return "| " + " | ".join(cells) + " |"


def gpu_table(bench):
    lines = [
        f"{bench['device']}, driver {bench['driver']}.",
        "",
        "| job | batch | ours | NvBufSurfTransform | ours / it | copy | "
        "ours / copy | MB, share |",
        "|---" * 8 + "|",
    ]
    return "\n".join(lines + [gpu_row(job) for job in bench["jobs"]])


def put(text, readme, name, table_text):
    begin, end = f"<!-- {name} -->\n", f"\n<!-- /{name} -->"
    if begin not in text or end not in text:
        sys.exit(f"{readme} has no lines {begin.strip()} and {end.strip()}")
    head, rest = text.split(begin, 1)
    return head + begin + table_text + end + rest.split(end, 1)[1]


def main():
    if len(sys.argv) not in (3, 4, 5):
        sys.exit(__doc__)
    source, readme = sys.argv[1:3]
    with open(source, encoding="utf-8") as file:
        bench = json.load(file)
    gpu = "device" in bench
    if gpu != (len(sys.argv) == 3):
        sys.exit(f"{source} is of make {'bench-gpu' if gpu else 'bench'}\n"
                 + __doc__)
    with open(readme, encoding="utf-8") as file:
        text = file.read()
    if gpu:
        text = put(text, readme, "bench-gpu", gpu_table(bench))
    else:
        text = put(text, readme, "bench", table(bench))
        with open(sys.argv[3], "w", encoding="utf-8") as file:
            file.write(chart(bench))
        if len(sys.argv) == 5:
            with open(sys.argv[4], encoding="utf-8") as file:
                text = put(text, readme, "bench-elements",
                           elements_table(json.load(file)))
    with open(readme, "w", encoding="utf-8") as file:
        file.write(text)


main()
