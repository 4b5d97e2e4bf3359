// CSS and SVG of the HTML report: calm paper and ink, one accent, four status colours that are never the only sign (an icon and a word
// stand beside them). Two palettes by prefers-color-scheme, both with at least 4.5:1 for text; one column down to 20rem; on paper
// everything folded is open, because nobody can click a print-out.
#include "assess/html_style.h"

namespace entente::assess {

std::string_view report_style() {
  return R"css(
:root{color-scheme:light dark;--paper:#fcfbf8;--card:#fff;--ink:#1b2631;--muted:#55606c;--line:#dedad1;--soft:#f3f0e9;--accent:#1f4e79;--band:#7fa3c7;--track:#e9e5dc;
--good:#1b6e45;--mid:#8a5a00;--bad:#a8281e;--none:#5b6672;--good-bg:#e6f2ea;--mid-bg:#faf0da;--bad-bg:#fae7e4;--none-bg:#eef0f2}
@media(prefers-color-scheme:dark){:root{--paper:#13171c;--card:#1a2027;--ink:#e9e6e0;--muted:#a9b2bc;--line:#343c46;--soft:#20262e;--accent:#93c0ee;--band:#5784b0;--track:#2a313a;
--good:#7fd3a4;--mid:#ecc06a;--bad:#ff9c8f;--none:#a9b2bc;--good-bg:#16291f;--mid-bg:#2c2412;--bad-bg:#331b18;--none-bg:#232a32}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;scroll-behavior:smooth}
@media(prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans",sans-serif}
header,main,footer{max-width:64rem;margin:0 auto;padding:0 1.25rem}
h1,h2,h3{font-family:Charter,"Iowan Old Style","Palatino Linotype","Noto Serif","Liberation Serif",Georgia,serif;line-height:1.2;font-weight:600;text-wrap:balance}
h1{font-size:clamp(1.9rem,1.3rem + 2.6vw,2.9rem);margin:.15em 0 .2em;overflow-wrap:anywhere}
h2{font-size:1.55rem;margin:3rem 0 .6rem}
h3{font-size:1.2rem;margin:2.2rem 0 .3rem}
p{margin:.5em 0;max-width:46rem}
a{color:var(--accent);text-underline-offset:.15em}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px;border-radius:2px}
code,.mono{font-family:ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono","Liberation Mono",monospace;font-size:.86em;overflow-wrap:anywhere}
.kicker{display:flex;flex-wrap:wrap;justify-content:space-between;gap:.25rem 1.5rem;margin:0;padding-top:1.6rem;color:var(--muted);font-size:.9rem;max-width:none}
.lede{font-size:1.15rem;max-width:44rem}
.facts{display:flex;flex-wrap:wrap;gap:.35rem 1.6rem;margin:.9rem 0 0;padding:.7rem 0;border-block:1px solid var(--line);font-size:.9rem}
.facts div{display:flex;gap:.45rem;min-width:0}
.facts dt{color:var(--muted);white-space:nowrap}
.facts dd{margin:0;overflow-wrap:anywhere}
nav ul{display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;list-style:none;margin:.7rem 0 0;padding:0;font-size:.92rem}
.icon{width:1.05em;height:1.05em;flex:none;vertical-align:-.16em}
:not(details).s0{color:var(--good)}:not(details).s1{color:var(--mid)}:not(details).s2{color:var(--bad)}:not(details):is(.s3,.s4){color:var(--none)}
.chart{width:100%;border-collapse:collapse;margin:.8rem 0 0}
.chart th,.chart td{padding:.65rem .4rem;border-bottom:1px solid var(--line);vertical-align:middle;text-align:left}
.chart thead th{font-weight:400;color:var(--muted);font-size:.82rem;padding-block:.2rem;border-bottom:2px solid var(--line);vertical-align:bottom}
.chart tbody th{font-weight:600;width:34%}
.chart tbody th a{color:inherit;text-decoration:none}
.chart tbody th a:hover{text-decoration:underline}
.chart .num{color:var(--muted);font-weight:400;margin-right:.45em;font-variant-numeric:tabular-nums}
.chart .counts{display:flex;flex-wrap:wrap;gap:.05rem .75rem;font-weight:400;font-size:.82rem;color:var(--muted);margin-top:.1rem}
.chart .counts span{white-space:nowrap}
.chart td.tier{width:3rem}
.chart td.score{width:9rem;text-align:right;font-variant-numeric:tabular-nums}
.chart td.score b{font-size:1.15rem;white-space:nowrap}
.chart td.score b.range{font-weight:500;color:var(--muted);font-size:1rem}
.chart td.score small,.chart td.score .none{display:block;color:var(--muted);font-size:.82rem;white-space:normal}
.chart thead .right{text-align:right}
.chart tr.identity th,.chart tr.identity td{background:var(--soft)}
.badge{display:inline-grid;place-items:center;width:2rem;height:2rem;border-radius:.4rem;font-weight:700;background:var(--none-bg);color:var(--none)}
.badge.A,.badge.B{background:var(--good-bg);color:var(--good)}.badge.C{background:var(--mid-bg);color:var(--mid)}.badge.D{background:var(--bad-bg);color:var(--bad)}
svg.bar{display:block;width:100%;height:1.5rem;overflow:visible}
svg.bar .track{fill:var(--track)}svg.bar .sure{fill:var(--accent)}svg.bar .open{fill:url(#hatch)}svg.bar .dot{fill:var(--paper);stroke:var(--accent);stroke-width:3}
svg.bar .dot.faint{stroke:var(--band);stroke-width:2}svg.bar .tick{stroke:var(--paper);stroke-width:1.5}
svg.axis{display:block;width:100%;height:2.3em;overflow:visible}svg.axis text{fill:var(--muted);font-size:.75rem}svg.axis line{stroke:var(--line)}
.key{display:flex;flex-wrap:wrap;gap:.3rem 1.4rem;font-size:.86rem;color:var(--muted);margin:.7rem 0;max-width:none}
.key svg{width:2.2rem;height:.8rem;vertical-align:-.05rem;margin-right:.4rem;overflow:visible}
ol.fix{list-style:none;margin:1rem 0;padding:0;display:grid;grid-template-columns:minmax(0,1fr);gap:.7rem}
ol.fix>li{background:var(--card);border:1px solid var(--line);border-left:.35rem solid currentColor;border-radius:.35rem;padding:.7rem 1rem;break-inside:avoid}
ol.fix>li>*{color:var(--ink)}
ol.fix p{max-width:54rem;overflow-wrap:anywhere}
ol.fix .head{display:flex;flex-wrap:wrap;gap:.1rem .7rem;align-items:baseline;margin:0;max-width:none}
ol.fix .head .st{color:inherit}
ol.fix li.s1 .st{color:var(--mid)}ol.fix li.s2 .st{color:var(--bad)}
.fixline{display:flex;gap:.5rem;margin:.35rem 0 0;max-width:none}
.fixline>*,ol.fix .head>*{min-width:0}
.fixline::before{content:"→";color:var(--accent);font-weight:700}
blockquote{margin:.3rem 0 .9rem;padding-left:.9rem;border-left:3px solid var(--line);color:var(--muted);font-family:Charter,"Iowan Old Style","Noto Serif","Liberation Serif",Georgia,serif;max-width:46rem}
details.control{border-top:1px solid var(--line)}
details.control:last-of-type{border-bottom:1px solid var(--line)}
details.control>summary{display:grid;grid-template-columns:1.3rem 3.9rem minmax(0,1fr) auto;gap:.1rem .55rem;align-items:center;padding:.55rem .3rem;cursor:pointer;list-style:none}
details.control>summary::-webkit-details-marker{display:none}
details.control>summary:hover{background:var(--soft)}
details.control>summary .id{font-variant-numeric:tabular-nums;color:var(--muted)}
details.control>summary .st{font-size:.86rem;white-space:nowrap}
details.control>summary .cls{display:inline-block;min-width:1.5em;text-align:center;border:1px solid var(--line);border-radius:.25rem;margin-left:.5rem;font-size:.78rem;color:var(--muted);text-decoration:none}
details.control[open]>summary{font-weight:600}
.body{padding:.2rem .3rem 1.2rem 1.85rem}
.body>dl{display:grid;grid-template-columns:minmax(8rem,11rem) minmax(0,1fr);gap:.45rem 1.2rem;margin:.3rem 0}
.body dt{color:var(--muted);font-size:.9rem}
.body dd{margin:0;min-width:0;overflow-wrap:anywhere}
table.kv,table.rows,table.gaps{border-collapse:collapse;font-size:.9rem}
table.kv th,table.kv td,table.rows th,table.rows td,table.gaps th,table.gaps td{padding:.22rem .7rem .22rem 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
table.kv table{margin:0}
table.kv th{font-weight:400;color:var(--muted);white-space:nowrap}
table.rows thead th,table.gaps thead th{font-weight:600;border-bottom:2px solid var(--line)}
table.rows th,table.rows td{overflow-wrap:normal}
table.side th{font-weight:400;color:var(--muted);white-space:nowrap}table.side td{overflow-wrap:anywhere;min-width:7rem}
.body .wide{grid-column:1/-1}
table.found{width:100%;line-height:1.4}
table.found tbody tr:first-child>td{padding-top:.5rem;border-bottom:0}
table.found tbody tr:only-child>td{border-bottom:1px solid var(--line);padding-bottom:.5rem}
table.found thead th{white-space:nowrap}
table.found td.c-id,table.found td.c-cve{font-weight:600;white-space:nowrap}
table.found td:is(.c-component,.c-fixed){overflow-wrap:anywhere;min-width:5rem}
table.found td:is(.c-cvss,.c-kev_due,.c-due_date,.c-days_overdue,.c-age_days){font-variant-numeric:tabular-nums;white-space:nowrap}
table.found tr.under>td{padding:.1rem 0 .55rem;color:var(--muted);font-size:.92em}
table.found tr.under p{margin:0;max-width:none;color:var(--ink)}
table.found tr.under dl{display:flex;flex-wrap:wrap;gap:0 1.1rem;margin:.1rem 0 0}
table.found tr.under dl>div{display:flex;gap:.35rem;min-width:0}
table.found tr.under dt{white-space:nowrap;font-size:1em}
table.found tr.under dt::after{content:":"}
table.found tr.under dd{margin:0;overflow-wrap:anywhere}
.body ul{margin:.1rem 0;padding-left:1.1rem}
td:has(>table){padding-bottom:0!important}td>table tr:last-child>*{border-bottom:0!important}
td.n{text-align:right;font-variant-numeric:tabular-nums}
.scroll{overflow-x:auto;max-width:100%}
.more{color:var(--muted);font-size:.86rem;margin:.2rem 0}
table.gaps{width:100%}table.gaps th[scope=row]{font-weight:400;white-space:nowrap;color:var(--muted)}
details.fold>summary{cursor:pointer;padding:.4rem 0;color:var(--accent)}
.cols{display:grid;grid-template-columns:repeat(auto-fit,minmax(17rem,1fr));gap:.5rem 2.5rem}
.cols dl{margin:.3rem 0;display:grid;grid-template-columns:2.4rem 1fr;gap:.3rem .6rem;align-content:start}
.cols dt{font-weight:700}.cols dd{margin:0}
footer{margin-top:3.5rem;padding-bottom:3rem}
footer .inner{border-top:2px solid var(--line);padding-top:.2rem}
pre{background:var(--soft);border-radius:.35rem;padding:.8rem 1rem;overflow-x:auto;font-size:.88rem;white-space:pre-wrap;overflow-wrap:anywhere}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:1rem;background:var(--card);padding:.5rem 1rem;z-index:2}
.vh{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
@media(max-width:46rem){
.chart,.chart tbody{display:block}.chart thead{display:none}
.chart tbody tr{display:grid;grid-template-columns:2.6rem minmax(0,1fr) auto;gap:.3rem .6rem;padding:.7rem .2rem;border-bottom:1px solid var(--line)}
.chart tbody th,.chart tbody td{border:0;padding:0;width:auto}
.chart tbody td.tier{grid-row:1;grid-column:1;width:auto}.chart tbody th{grid-row:1;grid-column:2}.chart tbody td.score{grid-row:1;grid-column:3;width:7.2rem}
.chart tbody td.plot{grid-row:2;grid-column:1/-1}
.chart tr.identity{background:var(--soft)}
.body{padding-left:.3rem}.body>dl{grid-template-columns:1fr;gap:.1rem}.body dd{margin-bottom:.6rem}
details.control>summary{grid-template-columns:1.3rem 3.6rem minmax(0,1fr)}details.control>summary .right{grid-column:3;text-align:left}details.control>summary .cls{margin-left:.5rem}
table.kv,table.kv>tbody{display:block}table.kv>tbody>tr{display:grid;grid-template-columns:minmax(0,10rem) minmax(0,1fr);gap:0 .6rem;border-bottom:1px solid var(--line)}
table.kv>tbody>tr>*{border:0;padding-right:0;white-space:normal}table.kv>tbody>tr:has(>td>:is(table,.scroll,ul)){grid-template-columns:minmax(0,1fr)}table.kv td>table.kv{margin-left:.8rem}
table.kv>tbody>tr>*{min-width:0}
table.found,table.found tbody,table.found tr.under,table.found tr.under>td{display:block}table.found thead{display:none}
table.found tbody{border-bottom:1px solid var(--line);padding:.5rem 0}
table.found tbody tr:first-child{display:flex;flex-wrap:wrap;gap:.05rem .9rem}
table.found tbody tr>td,table.found tbody tr:first-child>td{border:0;padding:0;min-width:0;overflow-wrap:anywhere}
table.found td.blank{display:none}
table.found td[data-label]:not(.c-id,.c-cve)::before{content:attr(data-label) " ";color:var(--muted);font-weight:400}
table.gaps,table.gaps tbody,table.gaps tr,table.gaps td,table.gaps th{display:block;border:0;padding:0}table.gaps thead{display:none}table.gaps tr{border-bottom:1px solid var(--line);padding:.5rem 0}
}
@media print{
:root{color-scheme:light;--paper:#fff;--card:#fff;--ink:#000;--muted:#444;--line:#bbb;--soft:#f4f4f4;--accent:#1f4e79;--band:#7fa3c7;--track:#e8e8e8;--good:#1b6e45;--mid:#8a5a00;--bad:#a8281e;--none:#555;--good-bg:#e6f2ea;--mid-bg:#faf0da;--bad-bg:#fae7e4;--none-bg:#eee}
@page{size:A4;margin:16mm 15mm 18mm}
html{font-size:9pt}
body{-webkit-print-color-adjust:exact;print-color-adjust:exact}
header,main,footer{max-width:none;padding:0}
nav,.skip,.switch{display:none!important}
a{color:inherit;text-decoration:none}
details::details-content{content-visibility:visible!important;display:block!important;block-size:auto!important;opacity:1!important}
details.fold>summary{display:none}
h2,h3{break-after:avoid}
details.s3 .rule,details.s4 .rule{display:none}
details.control>summary{break-after:avoid;break-inside:avoid}
.chart tr,table.rows tr,table.found tbody,table.kv tr,table.gaps tr{break-inside:avoid}
table.found .screen,table.found tr.under dl{display:none}
table.found td:is(.c-id,.c-cve){overflow-wrap:normal}
table.found tr.under>td{padding-bottom:.3rem}
.body{padding-left:1.85rem}
.scroll{overflow:visible}
table.rows:not(.found) th,table.rows:not(.found) td{overflow-wrap:anywhere}
}
)css";
}

std::string_view report_icons() {
  return R"svg(<svg width="0" height="0" style="position:absolute" aria-hidden="true" focusable="false"><defs>
<pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="6" height="6" fill="var(--track)"/><rect width="2.6" height="6" fill="var(--band)"/></pattern>
<symbol id="i0" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7.5" fill="currentColor"/><path d="M4.4 8.3l2.5 2.5 4.8-5.3" fill="none" stroke="var(--paper)" stroke-width="1.9" stroke-linecap="round" stroke-linejoin="round"/></symbol>
<symbol id="i1" viewBox="0 0 16 16"><circle cx="8" cy="8" r="6.7" fill="none" stroke="currentColor" stroke-width="1.6"/><path d="M8 1.3a6.7 6.7 0 0 0 0 13.4z" fill="currentColor"/></symbol>
<symbol id="i2" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7.5" fill="currentColor"/><path d="M5.2 5.2l5.6 5.6M10.8 5.2l-5.6 5.6" stroke="var(--paper)" stroke-width="1.9" stroke-linecap="round"/></symbol>
<symbol id="i3" viewBox="0 0 16 16"><circle cx="8" cy="8" r="6.7" fill="none" stroke="currentColor" stroke-width="1.4"/><path d="M4.6 8h6.8" stroke="currentColor" stroke-width="1.6"/></symbol>
<symbol id="i4" viewBox="0 0 16 16"><circle cx="8" cy="8" r="6.7" fill="none" stroke="currentColor" stroke-width="1.4" stroke-dasharray="2.2 2"/></symbol>
</defs></svg>)svg";
}

}  // namespace entente::assess
