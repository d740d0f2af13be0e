/** The figures: shapes are SVG without text, stretched to the width there is; every word is text of the page. */
export const figureStyles = `
figure{margin:0 0 2.5rem}
figcaption{max-width:46rem;margin:0 0 .6rem;color:var(--soft);font-size:.9375rem}
figure svg{display:block;width:100%;height:100%;overflow:visible}
figure path{vector-effect:non-scaling-stroke;fill:none}
.grid{stroke:var(--line);stroke-width:1;opacity:.55}.grid.strong{opacity:1}
.legend{display:flex;flex-wrap:wrap;gap:.2rem 1.25rem;margin:0 0 .75rem;max-width:none;font-size:.875rem;color:var(--soft)}
.legend span{display:inline-flex;align-items:center;gap:.45rem}
.legend i{display:inline-block;flex:none}
.row{display:grid;grid-template-columns:10.5rem minmax(0,1fr);gap:0 1rem;align-items:end}
.label{padding-bottom:.15rem;font-size:.9375rem;line-height:1.25;overflow-wrap:anywhere}
.label span{display:block;color:var(--soft);font-size:.8125rem;font-variant-numeric:tabular-nums}
.ridge .row:not(.foot){padding-top:.55rem}
.ridge .plot{position:relative;height:3.6rem}
.area{fill:var(--c)!important;opacity:.8;stroke:none}
.base{stroke:var(--soft);stroke-width:1}
.floor{stroke:var(--floor);stroke-width:1.5;stroke-dasharray:3 3}
.mark{position:absolute;bottom:0;width:0}
.mark.p50,.mark.p99{height:100%;margin-left:-1px;border-left:2px solid var(--ink)}
.mark.p99{height:45%;border-left-style:dotted;border-left-width:3px}
.mark.cold{bottom:-.28rem;width:.62rem;height:.62rem;margin-left:-.31rem;border:2px solid var(--c,var(--soft));border-radius:50%;background:var(--ground)}
.legend .mark{position:static;margin:0;width:auto}.legend .mark.p50,.legend .mark.p99{height:1rem}.legend .mark.cold{width:.62rem;height:.62rem}
.floor-key{width:0;height:1rem;border-left:2px dashed var(--floor)}
.axis{position:relative;height:1.6rem;font-size:.8125rem;color:var(--soft);font-variant-numeric:tabular-nums}
.tick{position:absolute;top:.4rem;transform:translateX(-50%);white-space:nowrap}
.axis .first{transform:none}.axis .last{transform:translateX(-100%)}
.frame{position:relative;display:grid;grid-template-columns:3rem minmax(0,1fr)}
.frame .axis{grid-column:2}
.tail .plot{height:clamp(15rem,42vw,22rem);border-left:1px solid var(--soft);border-bottom:1px solid var(--soft)}
.y-axis{position:relative;font-size:.8125rem;color:var(--soft);font-variant-numeric:tabular-nums}
.y-axis .tick{top:auto;right:.5rem;transform:translateY(50%)}
.line{stroke:var(--c);stroke-width:2.5;stroke-linejoin:round}
.dash1{stroke-dasharray:8 4}.dash2{stroke-dasharray:2 4}
.c-floor.line,.c-floor .line{stroke-dasharray:3 3;stroke-width:2}
.key{width:1.6rem!important;height:.6rem!important}
.tail .legend{color:var(--ink)}
.times .row{align-items:stretch;padding:.2rem 0}
.times .label{align-self:center}
.panels{display:flex;gap:3px;min-width:0}
.panel,.foot .panels span{flex:1 1 0;min-width:0}
.panel{height:4.2rem;background:var(--raised);border-bottom:1px solid var(--line)}
.panel.died{border-right:4px solid var(--bad)}
.panel.none{background:none;border:1px dashed var(--line)}
.panel .grid{opacity:1}
.median{stroke:var(--c);stroke-width:3}
.reach{stroke:var(--c);stroke-width:1;opacity:.55}
.failed{stroke:var(--bad);stroke-width:5}
.key-median{width:1rem;border-top:3px solid var(--soft)}.key-reach{height:1rem;border-left:1px solid var(--soft)}
.key-failed{width:.8rem;border-top:5px solid var(--bad)}.key-died{height:1rem;border-left:4px solid var(--bad)}
.foot .panels span{text-align:center;font-size:.8125rem;color:var(--soft);overflow:hidden;white-space:nowrap}
@media (max-width:40rem){
.row{grid-template-columns:minmax(0,1fr)}
.row.foot .label{display:none}
.label span{display:inline;margin-left:.5rem}
.ridge .plot{height:3rem}
.axis .tick:not(.decade):not(.first):not(.last){display:none}
.frame{grid-template-columns:2.4rem minmax(0,1fr)}
}
@media print{figure{margin-bottom:1.4rem}.ridge .plot{height:2.4rem}.tail .plot{height:14rem}.tail{break-inside:avoid}.panel{height:2.6rem}}
`;
