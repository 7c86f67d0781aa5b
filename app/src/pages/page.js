(()=>{
const D=document,all=(s,r=D)=>[...r.querySelectorAll(s)];
// A link's token is for opening it: it stays out of the address bar and of what is shared from there.
const bare=h=>{const u=new URL(h,location);u.searchParams.delete('token');return u.pathname+u.search},clean=h=>history.replaceState(null,'',bare(h));
clean(location);
// The tooltip of every chart, by pointer and by keyboard, from the rows of the table that stands below it.
let at=null,day=-1,late=[];
// What a change of window leaves for later.
const settle=()=>{const now=late;late=[];for(const go of now)go()};
const rows=a=>{settle();return a.closest('figure').querySelectorAll('tbody tr')};
const parts=a=>[a.querySelector('.cursor'),a.querySelector('.tooltip')];
const hide=()=>{if(at)for(const p of parts(at))p.hidden=true;at=null;day=-1};
const line=(text,strong,slot)=>{const s=D.createElement('span');
if(slot!==undefined){const i=D.createElement('i');i.style.background='var(--UsageLine_'+slot+')';s.append(i)}
s.append(text);if(strong!==undefined){const b=D.createElement('strong');b.textContent=strong;s.append(b)}return s};
const show=(a,i)=>{const r=rows(a),n=r.length;if(!n)return;i=Math.max(0,Math.min(n-1,i));if(a===at&&i===day)return;if(a!==at)hide();at=a;day=i;
const [c,t]=parts(a),w=a.clientWidth,x=(a.hasAttribute('data-bars')?(i+.5)/n:n>1?i/(n-1):1)*w,y=r[i].dataset.y;c.hidden=t.hidden=false;c.style.left=x+'px';
c.firstChild.hidden=!y;if(y)c.firstChild.style.top=100-y/10+'%';
const [d,...v]=r[i].cells,h=r[i].closest('table').tHead.rows[0].cells,f=[...d.childNodes].filter(k=>k.textContent.trim()).map(k=>line(k.textContent));
if(v.length<2){const b=D.createElement('strong');b.textContent=v[0].textContent;f.push(b)}
else v.forEach((k,j)=>{const s=h[j+1].dataset.slot;if(s===undefined||/[1-9]/.test(k.textContent))f.push(line(h[j+1].textContent,k.textContent,s))});
t.replaceChildren(...f);const tw=t.offsetWidth;t.style.left=Math.max(0,x+12+tw>w?Math.max(x-12-tw,0):x+12)+'px'};
const point=e=>{const a=e.target.closest?.('div.area');if(!a){if(at&&e.pointerType==='mouse'&&D.activeElement!==at)hide();return}
const b=a.getBoundingClientRect(),n=rows(a).length,p=(e.clientX-b.left)/b.width;show(a,a.hasAttribute('data-bars')?Math.floor(p*n):Math.round(p*(n-1)))};
D.addEventListener('pointermove',point);D.addEventListener('pointerdown',point);D.documentElement.addEventListener('pointerleave',e=>{if(e.pointerType==='mouse')hide()});
D.addEventListener('focusin',e=>{const a=e.target;if(a.matches?.('.area:focus-visible')&&at!==a)show(a,rows(a).length-1)});
D.addEventListener('focusout',e=>{if(e.target===at)hide()});
D.addEventListener('keydown',e=>{const a=e.target.closest?.('div.area');if(e.key==='Escape'){hide();const m=D.querySelector('.menu[open]');if(m){m.open=false;m.firstChild.focus()}return}
if(!a)return;const i=a===at?day:rows(a).length,k={ArrowLeft:i-1,ArrowRight:i+1,Home:0,End:1e9}[e.key];if(k!==undefined){e.preventDefault();show(a,k)}});
// The choices of the usage page are links; here they are followed in place. Other windows wait in templates, all else is
// asked of the server; of its answer only the body is read, for the style sheet in its head has a nonce of another page.
let turn=0,kept={};
const board=()=>D.getElementById('usage'),said=()=>D.getElementById('said');
// Each window is kept as a picture and a table for each chart: of the one that is shown a copy of the picture. All are taken
// apart while nothing happens.
const figures=b=>all('[data-chart]>figure',b);
const apart=(b,w)=>kept[w]||=w===b.dataset.window?figures(b).map(x=>{const c=new DocumentFragment;for(let k=x.firstChild;k!==x.lastElementChild;k=k.nextSibling)c.append(k.cloneNode(true));
for(const k of all('.cursor,.tooltip',c))k.hidden=true;return[c,x.lastElementChild]})
:all('template[data-window="'+w+'"]',b).map(t=>{const c=D.adoptNode(t.content),table=c.lastElementChild;table.remove();return[c,table]});
(self.requestIdleCallback||setTimeout)(()=>{const b=board();if(b)for(const l of all('a[data-range]',b))apart(b,l.dataset.range)});
// Makes what x holds before its child `end` like what y holds, changing as little as can be: what stays as it is costs
// neither style nor layout. What is hidden, cursor and tooltip, is left alone.
const like=(x,y,end)=>{let o=x.firstChild;for(let m=y.firstChild;m;m=m.nextSibling){if(o===end){x.insertBefore(m.cloneNode(true),end);continue}
const k=o.nextSibling;if(m.hidden);else if(o.nodeName!==m.nodeName)o.replaceWith(m.cloneNode(true));else if(!m.attributes){if(o.data!==m.data)o.data=m.data}
else{for(const a of m.attributes)if(o.getAttribute(a.name)!==a.value)o.setAttribute(a.name,a.value);
if(o.attributes.length>m.attributes.length)for(const a of [...o.attributes])if(!m.hasAttribute(a.name))o.removeAttribute(a.name);like(o,m,null)}
o=k}while(o!==end){const k=o.nextSibling;o.remove();o=k}};
// The picture changes at once. The table, most of a chart's nodes, the links and the address follow once that is painted,
// or when somebody asks for them.
const swap=(b,w,href)=>{const f=figures(b),now=apart(b,b.dataset.window),next=apart(b,w);if(next.length!==f.length)return false;
hide();f.forEach((x,i)=>{const [c,table]=next[i],old=now[i][1];like(x,c,old);late.push(()=>{table.open=old.open;old.replaceWith(table)})});
b.dataset.window=w;for(const l of all('a[data-range]',b))l.dataset.range===w?l.setAttribute('aria-current','page'):l.removeAttribute('aria-current');
// The token that is renewed is that of the link; what was kept may say an older one.
const token=new URL(href).searchParams.get('token');
late.push(()=>{for(const l of all('a[data-choice]',b))l.setAttribute('href',l.getAttribute('href').replace(/token=[^&]*/,'token='+token).replace(l.dataset.range?/^$/:/window=\d+/,'window='+w));clean(href)});
f.some(x=>x.lastElementChild.open)?settle():requestAnimationFrame(()=>setTimeout(settle));return true};
const retry=(b,key)=>{const l=all('[data-choice]',b).find(x=>x.dataset.choice===key),m=l?.closest('details');(m?m.firstElementChild:l||b.querySelector('h1')).focus({preventScroll:true})};
D.addEventListener('click',async e=>{const m=D.querySelector('.menu[open]');if(m&&!m.contains(e.target))m.open=false;
const l=e.target.closest?.('a[data-choice]'),b=board();if(!l||!b||e.defaultPrevented||e.button||e.metaKey||e.ctrlKey||e.shiftKey||e.altKey)return;
e.preventDefault();settle();const href=l.href,w=l.dataset.range,my=++turn;said().textContent='';
if(w===b.dataset.window){b.removeAttribute('aria-busy');clean(href);return}
if(w&&swap(b,w,href)){b.removeAttribute('aria-busy');return}
b.setAttribute('aria-busy','true');
// Who asks is said in a header: no address that a proxy may log holds a token here.
try{const r=await fetch(bare(href),{headers:{authorization:'Bearer '+D.getElementById('session').value}}),text=await r.text(),p=new DOMParser().parseFromString(text.slice(text.indexOf('<body')),'text/html'),n=p.getElementById('usage');if(my!==turn)return;
if(r.status===401){D.getElementById('expired').hidden=false;b.removeAttribute('aria-busy');return}
if(!r.ok||!n)throw 0;
hide();kept={};b.replaceWith(n);clean(href);said().textContent=n.dataset.said;retry(n,l.dataset.choice)}
catch{if(my===turn){b.removeAttribute('aria-busy');said().textContent=said().dataset.failed}}});
})()
