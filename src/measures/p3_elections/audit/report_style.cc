// CSS and icons of the report of a review: the look of Entente's assessment report (calm paper and ink, one accent, status colours that are
// never the only sign), with what a picture of the risk needs. Two palettes by prefers-color-scheme, text at 4.5:1 or more in both; one
// column down to 20rem; on paper what is folded is open.
#include "measures/p3_elections/audit/report_parts.h"

namespace entente::measures::p3_elections::audit {

std::string_view review_style() {
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
h1,h2,h3{font-family:Charter,"Iowan Old Style","Palatino Linotype","Noto Serif","Liberation Serif",Georgia,serif;line-height:1.2;font-weight:600;text-wrap:balance;overflow-wrap:anywhere}
h1{font-size:clamp(1.9rem,1.3rem + 2.6vw,2.9rem);margin:.15em 0 .2em}
h2{font-size:1.55rem;margin:3rem 0 .6rem}
h3{font-size:1.25rem;margin:0}
p{margin:.5em 0;max-width:46rem;overflow-wrap:anywhere}
a{color:var(--accent);text-underline-offset:.15em}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px;border-radius:2px}
code,.mono{font-family:ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono","Liberation Mono",monospace;font-size:.86em;overflow-wrap:anywhere}
.kicker{display:flex;flex-wrap:wrap;justify-content:space-between;gap:.25rem 1.5rem;margin:0;padding-top:1.6rem;color:var(--muted);font-size:.9rem;max-width:none}
.lede{font-size:1.15rem;max-width:44rem}
.facts{display:flex;flex-wrap:wrap;gap:.35rem 1.6rem;margin:.9rem 0 0;padding:.7rem 0;border-block:1px solid var(--line);font-size:.9rem}
.facts div{display:flex;gap:.45rem;min-width:0}
.facts dt{color:var(--muted);white-space:nowrap}
.facts dd{margin:0;min-width:0;overflow-wrap:anywhere}
nav ul{display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;list-style:none;margin:.7rem 0 0;padding:0;font-size:.92rem}
.icon{width:1.05em;height:1.05em;flex:none;vertical-align:-.16em}
.st{white-space:nowrap;font-weight:600}
.st.good{color:var(--good)}.st.mid{color:var(--mid)}.st.bad{color:var(--bad)}.st.none{color:var(--none)}
.verdict{display:flex;gap:.7rem;align-items:flex-start;border-radius:.35rem;padding:.8rem 1rem;margin:1.2rem 0;background:var(--none-bg)}
.verdict.good{background:var(--good-bg)}.verdict.mid{background:var(--mid-bg)}.verdict.bad{background:var(--bad-bg)}
.verdict .icon{width:1.5rem;height:1.5rem;margin-top:.05rem}
.verdict.good .icon{color:var(--good)}.verdict.mid .icon{color:var(--mid)}.verdict.bad .icon{color:var(--bad)}
.verdict p{margin:0}
.scroll{overflow-x:auto;max-width:100%}
table{border-collapse:collapse;font-size:.92rem}
th,td{padding:.35rem .8rem .35rem 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
thead th{color:var(--muted);font-weight:400;font-size:.85rem;border-bottom:2px solid var(--line);vertical-align:bottom}
tbody th{font-weight:600}
table.wide{width:100%}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
td.break,th.break{overflow-wrap:anywhere;min-width:8rem}
article{background:var(--card);border:1px solid var(--line);border-radius:.4rem;padding:1.1rem 1.2rem;margin:1.2rem 0}
article>.head{display:flex;flex-wrap:wrap;gap:.2rem 1rem;align-items:baseline;justify-content:space-between}
.why{color:var(--muted);font-size:.92rem;margin:.2rem 0 .6rem}
dl.pairs{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,19rem),1fr));gap:.1rem 2rem;margin:.7rem 0}
dl.pairs div{display:grid;grid-template-columns:minmax(8rem,10rem) minmax(0,1fr);gap:.2rem .8rem;padding:.22rem 0;border-bottom:1px solid var(--line)}
dl.pairs dt{color:var(--muted);font-size:.9rem}
dl.pairs dd{margin:0;min-width:0;overflow-wrap:anywhere;font-variant-numeric:tabular-nums}
figure{margin:1.1rem 0 .4rem}
figcaption{color:var(--muted);font-size:.88rem;margin-top:.35rem;max-width:46rem}
svg.risk{display:block;width:100%;height:15rem;background:var(--soft);border-radius:.3rem;overflow:hidden}
svg.risk .grid{stroke:var(--line);stroke-width:1}
svg.risk .safe{fill:var(--good-bg)}
svg.risk .limit{stroke:var(--good);stroke-width:1.5;stroke-dasharray:6 4}
svg.risk .path{fill:none;stroke:var(--accent);stroke-width:2.2;stroke-linejoin:round}
svg.risk .mark{fill:var(--paper);stroke:var(--accent);stroke-width:2.5}
svg.risk text{fill:var(--muted);font-size:.75rem}
svg.risk text.strong{fill:var(--good);font-weight:600}
svg.risk text.at{fill:var(--ink);font-weight:600}
details{margin:.35rem 0}
details>summary{cursor:pointer;color:var(--accent);padding:.25rem 0}
details.contest{border-top:1px solid var(--line);margin:0}
details.contest>summary{color:inherit;display:grid;grid-template-columns:minmax(0,1fr) auto;gap:.1rem 1rem;padding:.55rem .2rem;list-style:none}
details.contest>summary::-webkit-details-marker{display:none}
details.contest>summary:hover{background:var(--soft)}
details.contest[open]>summary{font-weight:600}
details.contest .name{overflow-wrap:anywhere}
ol.found{list-style:none;margin:1rem 0;padding:0;display:grid;grid-template-columns:minmax(0,1fr);gap:.7rem}
ol.found>li{background:var(--card);border:1px solid var(--line);border-left:.35rem solid var(--none);border-radius:.35rem;padding:.7rem 1rem}
ol.found>li.bad{border-left-color:var(--bad)}ol.found>li.mid{border-left-color:var(--mid)}
ol.found .head{display:flex;flex-wrap:wrap;gap:.1rem .8rem;align-items:baseline;margin:0;max-width:none}
ol.found p{max-width:54rem}
.muted,.more{color:var(--muted);font-size:.9rem}
ul.rows{margin:.2rem 0;padding-left:1.1rem}
ul.rows li{overflow-wrap:anywhere}
ol.steps{padding-left:1.4rem;max-width:50rem}
ol.steps li{margin:.7rem 0;overflow-wrap:anywhere}
pre{background:var(--soft);border-radius:.35rem;padding:.8rem 1rem;overflow-x:auto;font-size:.88rem;white-space:pre-wrap;overflow-wrap:anywhere;margin:.5rem 0}
.cols{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,17rem),1fr));gap:.5rem 2.5rem}
.cols dt{font-weight:600;margin-top:.5rem}.cols dd{margin:0}
footer{margin-top:3.5rem;padding-bottom:3rem}
footer .inner{border-top:2px solid var(--line);padding-top:.6rem}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:1rem;background:var(--card);padding:.5rem 1rem;z-index:2}
@media(max-width:46rem){
article{padding:.9rem .8rem}
table.fold thead{display:none}
table.fold,table.fold tbody,table.fold tr,table.fold th,table.fold td{display:block;border:0;padding:0}
table.fold tr{border-bottom:1px solid var(--line);padding:.5rem 0}
table.fold td.n{text-align:left;white-space:normal}
table.fold td[data-label]::before{content:attr(data-label) " ";color:var(--muted)}
table.fold td:empty{display:none}
dl.pairs div{grid-template-columns:minmax(0,8rem) minmax(0,1fr)}
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
h2,h3{break-after:avoid}
figure,ol.found>li,tr{break-inside:avoid}
svg.risk{height:12rem}
.scroll{overflow:visible}
}
)css";
}

std::string_view review_icons() {
  return R"svg(<svg width="0" height="0" style="position:absolute" aria-hidden="true" focusable="false"><defs>
<symbol id="i-good" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7.5" fill="currentColor"/><path d="M4.4 8.3l2.5 2.5 4.8-5.3" fill="none" stroke="var(--paper)" stroke-width="1.9" stroke-linecap="round" stroke-linejoin="round"/></symbol>
<symbol id="i-mid" viewBox="0 0 16 16"><circle cx="8" cy="8" r="6.7" fill="none" stroke="currentColor" stroke-width="1.6"/><path d="M8 1.3a6.7 6.7 0 0 0 0 13.4z" fill="currentColor"/></symbol>
<symbol id="i-bad" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7.5" fill="currentColor"/><path d="M5.2 5.2l5.6 5.6M10.8 5.2l-5.6 5.6" stroke="var(--paper)" stroke-width="1.9" stroke-linecap="round"/></symbol>
<symbol id="i-none" viewBox="0 0 16 16"><circle cx="8" cy="8" r="6.7" fill="none" stroke="currentColor" stroke-width="1.4"/><path d="M4.6 8h6.8" stroke="currentColor" stroke-width="1.6"/></symbol>
</defs></svg>)svg";
}

}  // namespace entente::measures::p3_elections::audit
