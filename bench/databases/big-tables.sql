-- Four shapes of table. The settings bench.readings, bench.accounts, bench.documents and bench.bookings say how many megabytes of COPY text
-- each has. Every value is a function of the row's number.
CREATE FUNCTION pg_temp.rows_of(shape text) RETURNS integer
  LANGUAGE sql STABLE
  AS $$SELECT (current_setting('bench.' || shape)::numeric * CASE shape WHEN 'readings' THEN 23200 WHEN 'accounts' THEN 3200 WHEN 'documents' THEN 1110 ELSE 18000 END)::integer$$;
CREATE FUNCTION pg_temp.pick(i bigint, salt bigint, below integer) RETURNS integer
  LANGUAGE sql IMMUTABLE
  AS $$SELECT (abs(hashint8extended(i, salt) % below))::integer$$;
CREATE FUNCTION pg_temp.word(n integer) RETURNS text
  LANGUAGE sql IMMUTABLE
  AS $$SELECT (ARRAY['account','balance','cheap','delivery','early','forward','ground','height','invoice','journal','kernel','letter','manual','number','order','parcel',
    'quality','return','signal','ticket','update','volume','weight','yellow','zone','größe','prix','café','house','street','river','stone'])[n % 32 + 1]$$;

CREATE SCHEMA bench;

-- Many narrow rows.
CREATE TABLE bench.readings (
  id bigint NOT NULL,
  sensor integer NOT NULL,
  taken_at timestamp with time zone NOT NULL,
  value double precision
);
INSERT INTO bench.readings
SELECT i, pg_temp.pick(i, 1, 5000), '2020-01-01 00:00:00+00'::timestamptz + make_interval(secs => i * 7), CASE WHEN i % 50 <> 0 THEN pg_temp.pick(i, 2, 1000000) / 1000.0 END
FROM generate_series(1, pg_temp.rows_of('readings')) AS i;
ALTER TABLE ONLY bench.readings ADD CONSTRAINT readings_pkey PRIMARY KEY (id);

-- Wide rows.
CREATE TABLE bench.accounts (
  id integer NOT NULL,
  name text NOT NULL,
  email text,
  phone character varying(20),
  street text,
  city text,
  postcode character(5),
  country text,
  born date,
  created_at timestamp with time zone,
  updated_at timestamp without time zone,
  active boolean,
  score real,
  balance numeric(14,2),
  reference uuid,
  n01 integer, n02 integer, n03 integer, n04 integer, n05 integer, n06 integer, n07 integer, n08 integer, n09 integer, n10 integer,
  t01 text, t02 text, t03 text, t04 text, t05 text, t06 text, t07 text, t08 text, t09 text, t10 text,
  a01 numeric, a02 numeric, a03 numeric, a04 numeric, a05 numeric
);
INSERT INTO bench.accounts
SELECT i, initcap(pg_temp.word(pg_temp.pick(i, 3, 32)) || ' ' || pg_temp.word(pg_temp.pick(i, 4, 32))), 'account' || i || '@example.org', '+43 ' || pg_temp.pick(i, 5, 100000000),
  pg_temp.word(pg_temp.pick(i, 6, 32)) || ' ' || i % 200, pg_temp.word(pg_temp.pick(i, 7, 32)), lpad((i % 100000)::text, 5, '0'), NULL,
  '1950-01-01'::date + pg_temp.pick(i, 8, 20000), '2021-01-01 00:00:00+00'::timestamptz + make_interval(secs => pg_temp.pick(i, 9, 100000000)), NULL, i % 3 = 0,
  pg_temp.pick(i, 10, 1000) / 8.0, pg_temp.pick(i, 11, 100000000) / 100.0, md5(i::text)::uuid,
  i % 2, i % 10, i % 1000, pg_temp.pick(i, 12, 1000000), NULL, NULL, 0, -i, i * 3, pg_temp.pick(i, 13, 100),
  pg_temp.word(i), NULL, '', pg_temp.word(pg_temp.pick(i, 14, 32)), E'tab\there', NULL, 'n/a', pg_temp.word(i / 32), 'C:\path\' || i % 50, NULL,
  pg_temp.pick(i, 15, 10000) / 10.0, 0, NULL, pg_temp.pick(i, 16, 1000000), 1.5
FROM generate_series(1, pg_temp.rows_of('accounts')) AS i;
ALTER TABLE ONLY bench.accounts ADD CONSTRAINT accounts_pkey PRIMARY KEY (id);

-- Documents: text and jsonb.
CREATE TABLE bench.documents (
  id integer NOT NULL,
  title text NOT NULL,
  body text,
  data jsonb
);
CREATE TEMPORARY TABLE phrases AS
SELECT n, string_agg(pg_temp.word(pg_temp.pick(n * 100 + k, 20, 32)), ' ' ORDER BY k) AS phrase FROM generate_series(0, 255) AS n, generate_series(1, 12) AS k GROUP BY n;
INSERT INTO bench.documents
SELECT i, pg_temp.word(i) || ' ' || i,
  (SELECT string_agg(p.phrase, E'.\n' ORDER BY k) FROM generate_series(1, 3 + pg_temp.pick(i, 21, 12)) AS k JOIN phrases p ON p.n = pg_temp.pick(i * 16 + k, 22, 256)),
  jsonb_build_object('id', i, 'kind', pg_temp.word(i), 'tags', jsonb_build_array(pg_temp.word(pg_temp.pick(i, 23, 32)), pg_temp.word(pg_temp.pick(i, 24, 32))),
    'size', jsonb_build_object('width', pg_temp.pick(i, 25, 1000), 'height', pg_temp.pick(i, 26, 1000), 'unit', null), 'checksum', md5(i::text))
FROM generate_series(1, pg_temp.rows_of('documents')) AS i;
ALTER TABLE ONLY bench.documents ADD CONSTRAINT documents_pkey PRIMARY KEY (id);
CREATE INDEX documents_tags ON bench.documents USING gin (((data -> 'tags'::text)));

-- Many indexes; foreign keys are made apart.
CREATE TABLE bench.bookings (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  account_id integer NOT NULL,
  counter_account_id integer,
  document_id integer,
  booked_on date NOT NULL,
  amount numeric(12,2) NOT NULL,
  text character varying(80)
);
INSERT INTO bench.bookings (account_id, counter_account_id, document_id, booked_on, amount, text)
SELECT 1 + pg_temp.pick(i, 30, pg_temp.rows_of('accounts')), CASE WHEN i % 4 <> 0 THEN 1 + pg_temp.pick(i, 31, pg_temp.rows_of('accounts')) END, 1 + pg_temp.pick(i, 32, pg_temp.rows_of('documents')),
  '2020-01-01'::date + (i / 1000) % 2000, pg_temp.pick(i, 33, 1000000) / 100.0, pg_temp.word(pg_temp.pick(i, 34, 32)) || ' ' || pg_temp.pick(i, 35, 100000)
FROM generate_series(1, pg_temp.rows_of('bookings')) AS i;
ALTER TABLE ONLY bench.bookings ADD CONSTRAINT bookings_pkey PRIMARY KEY (id);
CREATE INDEX bookings_account ON bench.bookings USING btree (account_id, booked_on);
CREATE INDEX bookings_counter_account ON bench.bookings USING btree (counter_account_id) WHERE (counter_account_id IS NOT NULL);
CREATE INDEX bookings_document ON bench.bookings USING btree (document_id);
CREATE INDEX bookings_text ON bench.bookings USING btree (lower((text)::text));
CREATE INDEX bookings_day ON bench.bookings USING brin (booked_on);
