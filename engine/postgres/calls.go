package postgres

import "strings"

// calls finds, among the tokens of a statement, what the functions that it calls
// may do. Nobody knows what a function does that is not PostgreSQL's own: it may
// write, and on scratch it is found out whether it changes the schema.
type calls struct {
	reaches string   // a function that reaches beyond the database, folded; "" for none
	lets    string   // one that lets go of the locks of the session
	session bool     // a function that is about the session alone
	fickle  bool     // a function that may give something else each time
	unknown bool     // any other function that is not known to read and nothing else
	last    [3]token // the last tokens, the newest at the end
}

func (c *calls) read(t token) {
	if t.is("(") && c.last[2].text != "" && c.last[2].isName() {
		c.call()
	}
	c.last = [3]token{c.last[1], c.last[2], t}
}

// call takes the name that was read last for a function's, if it is one.
func (c *calls) call() {
	space, before, name := c.last[0], c.last[1], c.last[2]
	qualified := before.is(".")
	if announces(before) || !qualified && name.kind == word && isOneOf(parenthesised, lower(name.text)) {
		return
	}
	own := !qualified || space.isName() && space.name() == "pg_catalog"
	switch called := name.name(); {
	case isOneOf(reaching, called):
		c.reaches = called
	case own && called == "pg_advisory_unlock_all":
		c.lets = called
	case own && isOneOf(ofSession, called):
		c.session = true
	case own && isOneOf(fickle, called):
		c.fickle = true
	case !own || !isOneOf(pure, called):
		c.unknown = true
	}
}

// announces reports whether a name behind the token, with a parenthesis behind it,
// is that of a table and its columns, and no call.
func announces(t token) bool {
	return t.is("into") || t.is("table") || t.is("view") || t.is("exists") || t.is("references") || t.is("with") ||
		t.is("recursive") || t.is("as")
}

// A set of words is their text, one behind the other.
func setOf(words string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(words) {
		set[w] = true
	}
	return set
}

func isOneOf(set map[string]bool, word string) bool { return set[word] }

var (
	// reaching are functions of PostgreSQL and of its usual extensions that read or
	// write files of the server or other databases, or act on other sessions or on
	// the server as a whole.
	reaching = setOf(`
		pg_read_file pg_read_binary_file pg_ls_dir pg_ls_logdir pg_ls_waldir pg_stat_file pg_file_write pg_file_rename
		pg_file_unlink lo_import lo_export pg_import_system_collations
		dblink dblink_connect dblink_connect_u dblink_exec dblink_open dblink_send_query
		pg_terminate_backend pg_cancel_backend pg_reload_conf pg_rotate_logfile pg_switch_wal pg_promote
		pg_create_restore_point pg_create_physical_replication_slot pg_create_logical_replication_slot
		pg_drop_replication_slot pg_replication_origin_create pg_replication_origin_drop`)

	// ofSession are functions whose effect is gone with the session, or with its
	// transaction.
	ofSession = setOf(`
		set_config setseed pg_sleep pg_sleep_for pg_sleep_until
		pg_advisory_lock pg_advisory_lock_shared pg_advisory_xact_lock pg_advisory_xact_lock_shared pg_try_advisory_lock
		pg_try_advisory_lock_shared pg_try_advisory_xact_lock pg_try_advisory_xact_lock_shared pg_advisory_unlock
		pg_advisory_unlock_shared`)

	// fickle are functions that write nothing and may give something else each time.
	fickle = setOf(`
		now clock_timestamp statement_timestamp transaction_timestamp timeofday random random_normal gen_random_uuid
		gen_random_bytes gen_salt uuidv4 uuidv7 uuid_generate_v1 uuid_generate_v1mc uuid_generate_v4 version age
		current_setting current_schema current_schemas current_database current_query pg_backend_pid pg_postmaster_start_time
		txid_current pg_current_xact_id currval lastval inet_client_addr inet_server_addr
		pg_database_size pg_relation_size pg_total_relation_size pg_table_size pg_indexes_size pg_size_pretty
		has_table_privilege has_schema_privilege has_database_privilege pg_has_role pg_get_serial_sequence
		to_regclass to_regtype to_regproc to_regnamespace to_regrole pg_get_constraintdef pg_get_indexdef pg_get_viewdef
		pg_get_functiondef pg_get_triggerdef pg_get_expr obj_description col_description format_type`)

	// pure are functions whose result depends on their arguments alone.
	pure = setOf(`
		count sum avg min max every bool_and bool_or bit_and bit_or array_agg string_agg json_agg jsonb_agg json_object_agg
		jsonb_object_agg percentile_cont percentile_disc mode row_number rank dense_rank ntile lag lead first_value
		last_value nth_value
		abs ceil ceiling floor round trunc sign mod div power pow sqrt exp ln log greatest least gcd lcm width_bucket
		lower upper initcap length char_length character_length octet_length bit_length btrim ltrim rtrim trim lpad rpad
		left right substr substring overlay position strpos replace translate repeat reverse split_part starts_with concat
		concat_ws format quote_ident quote_literal quote_nullable chr ascii md5 sha224 sha256 sha384 sha512 digest crypt hmac
		encode decode to_hex convert_from convert_to normalize unaccent string_to_array
		array_to_string regexp_match regexp_matches regexp_replace regexp_split_to_array regexp_split_to_table regexp_count
		coalesce nullif cast extract date_part date_trunc date_bin make_date make_time make_timestamp make_timestamptz
		make_interval justify_days justify_hours justify_interval to_char to_date to_number to_timestamp timezone isfinite
		json_build_object json_build_array jsonb_build_object jsonb_build_array to_json to_jsonb row_to_json array_to_json
		json_extract_path json_extract_path_text jsonb_extract_path jsonb_extract_path_text jsonb_set jsonb_insert
		jsonb_strip_nulls json_strip_nulls jsonb_typeof json_typeof json_array_length jsonb_array_length jsonb_pretty
		json_each json_each_text jsonb_each jsonb_each_text json_object_keys jsonb_object_keys json_array_elements
		json_array_elements_text jsonb_array_elements jsonb_array_elements_text json_object jsonb_object jsonb_path_query
		jsonb_path_exists jsonb_to_recordset json_to_recordset jsonb_to_record jsonb_populate_record
		array_append array_prepend array_cat array_remove array_replace array_length array_lower array_upper array_ndims
		array_position array_positions cardinality unnest generate_series generate_subscripts array_fill trim_array
		to_tsvector to_tsquery plainto_tsquery phraseto_tsquery websearch_to_tsquery setweight ts_rank tsvector_to_array
		lower_inc upper_inc isempty int4range int8range numrange tsrange tstzrange daterange
		host masklen network set_masklen family text
		pg_typeof num_nulls num_nonnulls hstore uuid_generate_v3 uuid_generate_v5 uuid_nil`)

	// parenthesised are words that may have a parenthesis behind them and call
	// nothing: reserved ones, and types with a length.
	parenthesised = setOf(`
		all and any array as asc between by case check collate constraint cross cube default desc distinct else end
		except exists explain fetch filter for foreign from full group grouping having ilike in inner intersect into is isnull join
		key lateral left like limit materialized natural not notnull null offset on only or order outer over partition
		primary references returning right rollup row rows select set sets similar some symmetric table then unique union
		using value values variadic when where window with within
		bit char character dec decimal float int integer interval numeric precision time timestamp varbit varchar varying`)
)
