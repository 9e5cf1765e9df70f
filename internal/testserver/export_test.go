package testserver

// Asked is what every function of the package begins with.
var Asked = asked
