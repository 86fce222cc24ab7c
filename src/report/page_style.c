// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/drawing.h"
#include "report/page.h"

/*
 * Each colour for words has a contrast of 4.5 or more against what it stands on, in light and in
 * dark (WCAG 2, AA).
 */
#define LIGHT                                                                                      \
	"--ground:#f5f6f8;--room:#fff;--card:#f5f6f8;--edge:#c9ced6;--ink:#1a1f29;--soft:#545d6b;" \
	"--link:#1a56b0;--now:#17703b;--losses:#8a5800;--after:#8a5800;--guest:#1b5f96;--no:"      \
	"#b3261e;"
#define DARK                                                                                       \
	"--ground:#13161b;--room:#1c2027;--card:#252a33;--edge:#3c4450;--ink:#e7eaef;"             \
	"--soft:#a9b2bf;--link:#8ab8ff;--now:#63cf8a;--losses:#eab54d;--after:#eab54d;--guest:"    \
	"#76bdf0;--no:#ff8f85;"

#define COLOURS                                                                                    \
	"{color-scheme:light dark;" LIGHT "}"                                                      \
	"@media(prefers-color-scheme:dark){:root{" DARK "}}"                                       \
	"@media print{:root{" LIGHT "}}"

const char drawing_style[] =
	":root" COLOURS ".drawing text{font:13px system-ui,sans-serif;fill:var(--ink)}"
	".drawing .title,.drawing .name{font-weight:600}"
	".drawing .title{fill:var(--soft)}"
	".drawing .small{font-size:12px;fill:var(--soft)}"
	".drawing .thing{font-size:12px}"
	".drawing .ground{fill:var(--ground)}"
	".drawing .room{fill:var(--room);stroke:var(--edge)}"
	".drawing .card{fill:var(--card)}"
	".drawing .bar{fill:currentColor}"
	".drawing .icon,.drawing .wire{fill:none;stroke:currentColor;stroke-width:1.6;"
	"stroke-linejoin:round}"
	".drawing .wire{stroke:var(--edge)}"
	".drawing .says{fill:currentColor;font-weight:500}"
	".now{color:var(--now)}.losses{color:var(--losses)}.after{color:var(--after)}"
	".guest{color:var(--guest)}.no{color:var(--no)}";

const char page_style[] =
	"*{box-sizing:border-box}"
	"body{margin:0 auto;padding:1.5rem 1rem 3rem;max-width:76rem;background:var(--ground);"
	"color:var(--ink);font:1rem/1.5 system-ui,sans-serif;overflow-wrap:break-word}"
	"h1{font-size:1.6rem;line-height:1.25;margin:0}"
	"h2{font-size:1.2rem;margin:2.5rem 0 .8rem}"
	"h3{font-size:1.05rem;margin:0 0 .6rem}"
	"h4{font-size:1rem;margin:0;font-weight:500}"
	".name{font-weight:600;margin:0}"
	"a{color:var(--link)}"
	"a:focus-visible,summary:focus-visible{outline:3px solid var(--link);outline-offset:3px;"
	"border-radius:6px}"
	"p,ul,dl{margin:.4rem 0}"
	"ul{padding-left:1.2rem}"
	".soft{color:var(--soft)}"
	".sum{display:flex;flex-wrap:wrap;gap:.5rem;list-style:none;padding:0;margin:1rem 0 0}"
	".sum li{border:1px solid currentColor;border-radius:2rem;padding:.1rem .8rem;"
	"background:var(--room)}"
	".tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,21rem),1fr));"
	"gap:1rem;align-items:start}"
	".tiles a{display:block;border-radius:10px;color:inherit;text-decoration:none}"
	".tiles svg{display:block;width:100%;height:auto}"
	"article{background:var(--room);border:1px solid var(--edge);border-radius:10px;"
	"padding:1rem 1.1rem;margin:0 0 1rem}"
	".verdict{font-weight:600;margin:.2rem 0}"
	".card-of{border-left:4px solid currentColor;padding-left:.9rem;margin:.9rem 0 0}"
	".card-of>*{color:var(--ink)}"
	".now>.verdict{color:var(--now)}.losses>.verdict{color:var(--losses)}"
	".after>.verdict{color:var(--after)}.guest>.verdict{color:var(--guest)}"
	".no>.verdict{color:var(--no)}"
	".helps{margin:.3rem 0 .6rem;list-style:none;padding-left:.2rem}"
	".remedy{font-weight:500;user-select:all}"
	".remedy code{user-select:auto}"
	".device{margin:.9rem 0 0}"
	".address,code{font-family:ui-monospace,monospace;font-size:.92em}"
	"code{background:var(--card);border-radius:4px;padding:.1em .4em;user-select:all;"
	"overflow-wrap:anywhere}"
	".traits{display:flex;flex-wrap:wrap;gap:.1rem 1rem;list-style:none;padding:0;"
	"font-size:.92rem;color:var(--soft)}"
	".hangs{list-style:none;padding-left:1.1rem;border-left:2px solid var(--edge);"
	"margin-left:.3rem;font-size:.95rem}"
	".note,.warning,.error{border-left:4px solid var(--edge)}"
	".warning{border-left-color:var(--after)}.error{border-left-color:var(--no)}"
	"footer{margin-top:2.5rem;color:var(--soft);font-size:.9rem}"
	"@media print{body{max-width:none;padding:0;font-size:10pt}article,.tiles a{break-inside:"
	"avoid}}";
