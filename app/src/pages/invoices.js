(()=>{
// Moves within the dashboard in place: links and forms are fetched and their <main> is put here, the one that was here
// is kept for the way back, opened rows and scrolling included. Who asks is said in a header: no address that a proxy may
// log holds a token here.
const doc=document,main=()=>doc.querySelector('main'),session=()=>doc.getElementById('session');
const kept={};let at=history.state?.at??0,busy=0;
const place=n=>history.state?.at===n||history.replaceState({at:n},'');place(at);
const bare=h=>{const u=new URL(h,location);u.searchParams.delete('token');return u.pathname+u.search};
// Only the body: the style sheet in the head has a nonce of another page.
const load=async h=>{const r=await fetch(bare(h),{headers:{authorization:'Bearer '+session().value}}),t=await r.text(),m=new DOMParser().parseFromString(t.slice(t.indexOf('<body')),'text/html').querySelector('main');if(!m)throw 0;return m};
const work=async f=>{if(busy)return;busy=1;const was=main(),slow=setTimeout(()=>was.setAttribute('aria-busy','true'),150);
try{await f();offline(0)}catch{offline(f)}finally{busy=0;clearTimeout(slow);was.removeAttribute('aria-busy')}};
// No connection: say so, and go on with what was asked as soon as there is one.
let waiting=0;const offline=f=>{waiting=f;const o=doc.getElementById('offline');if(o)o.hidden=!f};
addEventListener('online',()=>{if(waiting)work(waiting)});
const swap=m=>{main().replaceWith(m);const h=m.querySelector('h1');if(h){h.tabIndex=-1;h.focus({preventScroll:true})}};
const go=h=>work(async()=>{const m=await load(h);kept[at]={m:main(),y:scrollY};
history.pushState({at:++at},'',bare(h));swap(m);scrollTo(0,0)});
const more=a=>work(async()=>{const m=await load(a.href),list=doc.getElementById('invoice-list'),last=list.lastElementChild;
const rows=[...m.querySelectorAll('#invoice-list>li')],next=m.querySelector('#more');
if(rows[0]?.dataset.year===last.dataset.year)rows[0].querySelector('.year')?.remove();
list.append(...rows);next?a.replaceWith(next):a.remove();rows[0]?.querySelector('summary')?.focus()});
doc.addEventListener('click',e=>{const a=e.target.closest?.('a[data-session]');
if(!a||e.defaultPrevented||e.button||e.metaKey||e.ctrlKey||e.shiftKey)return;e.preventDefault();a.id==='more'?more(a):go(a.href)});
doc.addEventListener('submit',e=>{const f=e.target;if(f.method!=='get')return;e.preventDefault();
go(f.action+'?'+new URLSearchParams([...new FormData(f)].filter(([,v])=>v)))});
addEventListener('popstate',e=>{const to=e.state?.at??0,k=kept[to];kept[at]={m:main(),y:scrollY};at=to;
// The token of its links may have ended meanwhile.
const show=m=>{const link=session().dataset.link;for(const n of m.querySelectorAll('[data-session]'))n.hasAttribute('href')?
n.setAttribute('href',n.getAttribute('href').replace(/token=[^&]*/,'token='+link)):n.setAttribute('value',link);main().replaceWith(m)};
if(k){show(k.m);scrollTo(0,k.y)}else work(async()=>show(await load(location.href)))});
})()
