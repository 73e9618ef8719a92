/** Scripts whose output psql's own is compared with. They leave nothing behind: tables are temporary. */
export const scripts: Readonly<Record<string, string>> = {
  "statements, quotes and comments": String.raw`
-- leading
/* kept */ select 1 -- trailing
-- within

  , 2;   select 3; select
'a

b' as x, $$q
$$ as y, $x$ $$ ; $x$;
;
select 4 \; select 5;
select E'a\'b', U&'d\0061t' as u, B'101', N'x', 1_000a;
select 1 /* a /* nested ; */ ; */ + 1;
set standard_conforming_strings = off; set escape_string_warning = off;
select 'a\'b;';
set standard_conforming_strings = on;
select 'a\';
select (1;
2);
select 1
-- the end`,
  variables: String.raw`
\set a 1 2 3
\set b 'x y'
\set c :a
\set d 'a\n\x41\101''q'
\echo :a :b :'b' :"b" :c :d :nope
select :'b' as "x y", :"b" from (select 1 as "x y") t;
select :{?a}, :{?nope}, ':a', 1::int, (array[1,2])[1:2];
select :nope, :'nope';
\unset b
\echo :b
\set r :r
\set q ':q + 1'
select :q;
\set ON_ERROR_STOP yep
\set ECHO loud
\getenv h HOME
\echo :h
\set 'bad name' 1`,
  conditions: String.raw`
\if bla
\echo no
\else
\echo yes
\endif
\if false
select 1; \echo no
\elif true
select 2;
\if 0
select 3;
\else
select 4;
\endif
\else
select 5;
\endif
select
\if false
 1 ;
\else
 2
\endif
;
\endif
\else
\if true`,
  sending: String.raw`
select 1 \g
select 2 as a, 'b' as c \gx
select 3 as x, 4 as y \gset
\echo :x :y
select 5 as z \gset p_
\echo :p_z
select 'select ' || g from generate_series(1, 3) g \gexec
select 1 as a where false \gset
select 1 as a union select 2 \gset
\p
select 7
\p
\r
\g
\foo bar \echo not
\echo a \echo b \\ select 8;
\q surplus
select 9;`,
  rows: String.raw`
create temp table t (a int, b text);
copy t from stdin;
1	x
2	\N
3	\\.
\.
copy t from stdin csv;
4,"a
b"
\.
copy t from stdin;
x	1
\.
copy t from stdin \; copy t from stdin;
5	x
\.
6	y
\.
select * from t;
copy t to stdout;
copy (select 1, 'ä') to stdout csv header;
\echo :ROW_COUNT :ERROR :SQLSTATE
copy t from stdin;
7	cut`,
  errors: String.raw`
select 1/0;
select
	1,
	nope,

	3;
select 1 as verylongcolumnnamexxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx, nope from generate_series(1, 2);
select nope -- some long trailing text that goes beyond sixty characters for sure it does
;
select 'ä漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢', nope, 2;
do $$begin raise notice 'n'; raise warning 'w' using detail = 'd', hint = 'h'; end$$;
do $$begin perform 1/0; end$$;
\set VERBOSITY verbose
do $$begin raise exception 'x' using detail = 'd', hint = 'h', errcode = '22012', table = 't'; end$$;
\set VERBOSITY terse
select nope;
\set VERBOSITY sqlstate
select nope;
\set VERBOSITY default
\set SHOW_CONTEXT always
do $$begin raise notice 'x'; end$$;
\echo :LAST_ERROR_MESSAGE :LAST_ERROR_SQLSTATE
select 'open`,
  transactions: String.raw`
\set AUTOCOMMIT off
create temp table t (a int primary key);
select 1/0;
rollback;
table t;
rollback;
\set AUTOCOMMIT on
\set ON_ERROR_ROLLBACK on
begin;
create temp table u (a int);
select 1/0;
insert into u values (1);
commit;
\set ON_ERROR_ROLLBACK off
begin;
insert into u values (2);
insert into u values ('x');
insert into u values (3);
commit;
insert into u values (4) returning *;
insert into u values ('y');
insert into u values (5);
table u;`,
  tables: String.raw`
\pset null NULL
select 1 as a, E'x\ny' as "long
name", null as n union all select 20, 'zz', 'abc' order by 1;
\pset border 2
select 'ä€😀漢' as "ü漢", E'tab\there', E'x\x01y', 1.50, true, now()::date - now()::date;
\pset border 0
select 1 as a, 'b' as b, E'c\nd' as c;
\x
select 'ä€😀漢' as "ü漢", E'tab\there\nline2', null as "two
lines";
\pset border 1
select 'ä€😀漢' as "ü漢", E'tab\there\nline2', null as "two
lines" union all select 'b', 'c', 'd' order by 1;
\pset border 2
select 1 as a union select 2;
\t
select 1 as a union select 2;
\pset border 1
select 1 as a union select 2;
\t \x
select 1 where false;
select;
select from generate_series(1, 2);
\C title
select 1;
\x
select 1;
\C
\x
\a
select 1, null, E'a\nb';
\f ;
select 1, 2;
\x
select 1, 2;
\pset format csv
select 1 as "a,b", 'q"q', E'l\nn', '\.', ' ';
\x
select 1 as "a,b", 'q"q', E'l\nn', '\.', ' ';
\pset
\pset format nope
\pset nope
\pset footer
\pset pager off
\pset expanded auto
\x bla
\pset linestyle unicode
\pset format aligned
\pset border 2
select 1, E'a\nb';`,
  functions: String.raw`
create function pg_temp.f() returns int language sql begin atomic select 1; select case when true then 2 else 3 end; end;
select pg_temp.f();
create temp table t (a int);
create rule r as on insert to t do also (select 1; select 2);
insert into t values (1);
create temp table "begin" ("case" int); select 2;`,
  restricted: String.raw`
\restrict
\restrict abc
\echo no
\set x 1
select 1;
\unrestrict nope
\if true
\unrestrict abc
\echo free
\unrestrict abc`,
  encodings: String.raw`
\encoding
select 'ä';
\encoding latin1
select U&'\00e4' = 'Ã¤', length('ä');
\encoding nonsense
\encoding
set client_encoding = utf8;
select length('ä');`,
  echo: String.raw`
\echo -n a
\echo b
\echo "-n" c
\qecho x
\warn y z
\echo 'it''s' "a b"
\o
\timing off
\timing maybe`,
};
