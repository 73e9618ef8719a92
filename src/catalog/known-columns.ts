/**
 * Columns of the catalogs that hold definitions, as servers 13 to 18 have them, by catalog. A server with others has properties that no
 * kind reads.
 */
export const knownColumns: Readonly<Record<string, string>> = {
  pg_aggregate:
    "aggfnoid aggkind aggnumdirectargs aggtransfn aggfinalfn aggcombinefn aggserialfn aggdeserialfn aggmtransfn aggminvtransfn aggmfinalfn aggfinalextra aggmfinalextra aggfinalmodify aggmfinalmodify aggsortop aggtranstype aggtransspace aggmtranstype aggmtransspace agginitval aggminitval",
  pg_am: "oid amname amhandler amtype",
  pg_amop: "oid amopfamily amoplefttype amoprighttype amopstrategy amoppurpose amopopr amopmethod amopsortfamily",
  pg_amproc: "oid amprocfamily amproclefttype amprocrighttype amprocnum amproc",
  pg_attrdef: "oid adrelid adnum adbin",
  pg_attribute:
    "attrelid attname atttypid attstattarget attlen attnum attndims attcacheoff atttypmod attbyval attalign attstorage attcompression attnotnull atthasdef atthasmissing attidentity attgenerated attisdropped attislocal attinhcount attcollation attacl attoptions attfdwoptions attmissingval",
  pg_cast: "oid castsource casttarget castfunc castcontext castmethod",
  pg_class:
    "oid relname relnamespace reltype reloftype relowner relam relfilenode reltablespace relpages reltuples relallvisible reltoastrelid relhasindex relisshared relpersistence relkind relnatts relchecks relhasrules relhastriggers relhassubclass relrowsecurity relforcerowsecurity relispopulated relreplident relispartition relrewrite relfrozenxid relminmxid relacl reloptions relpartbound relallfrozen",
  pg_collation:
    "oid collname collnamespace collowner collprovider collisdeterministic collencoding collcollate collctype colliculocale collversion colllocale collicurules",
  pg_constraint:
    "oid conname connamespace contype condeferrable condeferred convalidated conrelid contypid conindid conparentid confrelid confupdtype confdeltype confmatchtype conislocal coninhcount connoinherit conkey confkey conpfeqop conppeqop conffeqop confdelsetcols conexclop conbin conenforced conperiod",
  pg_conversion: "oid conname connamespace conowner conforencoding contoencoding conproc condefault",
  pg_database:
    "oid datname datdba encoding datlocprovider datistemplate datallowconn datconnlimit datfrozenxid datminmxid dattablespace datcollate datctype daticulocale datcollversion datacl dathasloginevt datlocale daticurules datlastsysoid",
  pg_db_role_setting: "setdatabase setrole setconfig",
  pg_default_acl: "oid defaclrole defaclnamespace defaclobjtype defaclacl",
  pg_depend: "classid objid objsubid refclassid refobjid refobjsubid deptype",
  pg_description: "objoid classoid objsubid description",
  pg_enum: "oid enumtypid enumsortorder enumlabel",
  pg_event_trigger: "oid evtname evtevent evtowner evtfoid evtenabled evttags",
  pg_extension: "oid extname extowner extnamespace extrelocatable extversion extconfig extcondition",
  pg_foreign_data_wrapper: "oid fdwname fdwowner fdwhandler fdwvalidator fdwacl fdwoptions",
  pg_foreign_server: "oid srvname srvowner srvfdw srvtype srvversion srvacl srvoptions",
  pg_foreign_table: "ftrelid ftserver ftoptions",
  pg_index:
    "indexrelid indrelid indnatts indnkeyatts indisunique indnullsnotdistinct indisprimary indisexclusion indimmediate indisclustered indisvalid indcheckxmin indisready indislive indisreplident indkey indcollation indclass indoption indexprs indpred",
  pg_inherits: "inhrelid inhparent inhseqno inhdetachpending",
  pg_init_privs: "objoid classoid objsubid privtype initprivs",
  pg_language: "oid lanname lanowner lanispl lanpltrusted lanplcallfoid laninline lanvalidator lanacl",
  pg_largeobject_metadata: "oid lomowner lomacl",
  pg_namespace: "oid nspname nspowner nspacl",
  pg_opclass: "oid opcmethod opcname opcnamespace opcowner opcfamily opcintype opcdefault opckeytype",
  pg_operator:
    "oid oprname oprnamespace oprowner oprkind oprcanmerge oprcanhash oprleft oprright oprresult oprcom oprnegate oprcode oprrest oprjoin",
  pg_opfamily: "oid opfmethod opfname opfnamespace opfowner",
  pg_partitioned_table: "partrelid partstrat partnatts partdefid partattrs partclass partcollation partexprs",
  pg_policy: "oid polname polrelid polcmd polpermissive polroles polqual polwithcheck",
  pg_proc:
    "oid proname pronamespace proowner prolang procost prorows provariadic prosupport prokind prosecdef proleakproof proisstrict proretset provolatile proparallel pronargs pronargdefaults prorettype proargtypes proallargtypes proargmodes proargnames proargdefaults protrftypes prosrc probin prosqlbody proconfig proacl",
  pg_publication: "oid pubname pubowner puballtables pubinsert pubupdate pubdelete pubtruncate pubviaroot pubgencols",
  pg_publication_namespace: "oid pnpubid pnnspid",
  pg_publication_rel: "oid prpubid prrelid prqual prattrs",
  pg_range: "rngtypid rngsubtype rngmultitypid rngcollation rngsubopc rngcanonical rngsubdiff",
  pg_rewrite: "oid rulename ev_class ev_type ev_enabled is_instead ev_qual ev_action",
  pg_seclabel: "objoid classoid objsubid provider label",
  pg_sequence: "seqrelid seqtypid seqstart seqincrement seqmax seqmin seqcache seqcycle",
  pg_statistic_ext: "oid stxrelid stxname stxnamespace stxowner stxstattarget stxkeys stxkind stxexprs",
  pg_subscription:
    "oid subdbid subskiplsn subname subowner subenabled subbinary substream subtwophasestate subdisableonerr subconninfo subslotname subsynccommit subpublications subpasswordrequired subrunasowner subfailover suborigin",
  pg_transform: "oid trftype trflang trffromsql trftosql",
  pg_trigger:
    "oid tgrelid tgparentid tgname tgfoid tgtype tgenabled tgisinternal tgconstrrelid tgconstrindid tgconstraint tgdeferrable tginitdeferred tgnargs tgattr tgargs tgqual tgoldtable tgnewtable",
  pg_ts_config: "oid cfgname cfgnamespace cfgowner cfgparser",
  pg_ts_config_map: "mapcfg maptokentype mapseqno mapdict",
  pg_ts_dict: "oid dictname dictnamespace dictowner dicttemplate dictinitoption",
  pg_ts_parser: "oid prsname prsnamespace prsstart prstoken prsend prsheadline prslextype",
  pg_ts_template: "oid tmplname tmplnamespace tmplinit tmpllexize",
  pg_type:
    "oid typname typnamespace typowner typlen typbyval typtype typcategory typispreferred typisdefined typdelim typrelid typsubscript typelem typarray typinput typoutput typreceive typsend typmodin typmodout typanalyze typalign typstorage typnotnull typbasetype typtypmod typndims typcollation typdefaultbin typdefault typacl",
  pg_user_mapping: "oid umuser umserver umoptions",
};
